"""The built site, once for all tests that look at it."""

import pytest

from tests.site.building import Site, build_book


@pytest.fixture(scope="session")
def built_site(tmp_path_factory) -> Site:
    """The book, built from nothing into a temporary folder by the command of `make book`."""
    built = build_book(tmp_path_factory.mktemp("site"))
    assert built.returncode == 0, built.output
    return Site(built.html)
