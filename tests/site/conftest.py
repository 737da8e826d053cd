"""The built site, once for all tests that look at it."""

import pytest

from dlcourse import commands
from tests.site.building import BOOK, REPOSITORY, Site


@pytest.fixture(scope="session")
def built_site() -> Site:
    """The book as `make book` builds it: what has not changed since the last time is kept."""
    assert commands.main(["book", "--course", str(REPOSITORY)]) == 0
    return Site(BOOK / "_build" / "html")
