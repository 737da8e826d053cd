"""What a learner sees in JupyterLab: the released lab before and after solving, and a chapter."""

import re
from pathlib import Path

import pytest

from tests.browser.lab_page import PATIENCE, panel, run_all, wait_until_idle
from tests.browser.server import jupyterlab
from tests.chromium import chromium
from tests.labs.proof.banks import model_answers
from tests.labs.solving import fill_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("learner")
    with jupyterlab(folder) as address:
        yield folder / "work", address


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def open_notebook(server, browser):
    """Open a notebook of the working folder; collect what goes elsewhere or wrong."""
    pages = []

    def open_it(name):
        page = browser.new_page(viewport={"width": 1280, "height": 850})
        pages.append(page)
        page.set_default_timeout(PATIENCE)
        page.outside, page.errors = [], []
        page.on("pageerror", lambda error: page.errors.append(str(error)))
        page.on(
            "request",
            lambda request: (
                re.match(r"(https?|wss?)://(?!127\.0\.0\.1:)", request.url)
                and page.outside.append(request.url)
            ),
        )
        page.goto(server[1].format(name))
        panel(page).locator(".jp-Cell").first.wait_for()
        wait_until_idle(page)
        return page

    yield open_it
    for page in pages:
        assert page.outside == []
        assert page.errors == []
        page.close()


def wait_for_text(page, text):
    """Wait until an output says so."""
    panel(page).locator(".jp-OutputArea-output").filter(has_text=text).first.wait_for()


def validate(page):
    """Press nbgrader's button, wait for its verdict and close it."""
    panel(page).locator(".jp-Toolbar").get_by_text("Validate", exact=True).click()
    dialog = page.locator(".jp-Dialog")
    dialog.wait_for()
    verdict = dialog.inner_text()
    dialog.get_by_role("button").last.click()
    return verdict


def test_the_lab_before_and_after_it_is_solved(server, open_notebook):
    lab = "labs/backprop/backprop.ipynb"
    assert "BEGIN SOLUTION" not in (server[0] / lab).read_text(encoding="utf-8")

    page = open_notebook(lab)
    run_all(page)
    # The first exercise says what is to be done; JupyterLab stops there.
    wait_for_text(page, "NotImplementedError")
    verdict = validate(page)
    assert "failed" in verdict.lower()
    assert "success" not in verdict.lower()
    page.close()

    fill_in(server[0] / lab, model_answers("backprop"))
    page = open_notebook(lab)
    run_all(page)
    for exercise, points in (("dense_forward", 4), ("check_gradient", 6)):
        wait_for_text(page, f"{exercise}: {points} of {points} points")
    verdict = validate(page)
    assert "success" in verdict.lower(), verdict
    assert "failed" not in verdict.lower()


def test_a_chapter_reads_well_in_jupyterlab(open_notebook):
    page = open_notebook("chapters/04-backpropagation.ipynb")
    panel(page).locator("mjx-container").first.wait_for()
    text = panel(page).text_content()
    for directive in (":::", "{note}", "{cite", "{ref}", "{eq}", "```{", "(sec-"):
        assert directive not in text
    assert panel(page).locator("mjx-merror").count() == 0


def test_the_start_leads_on_and_looking_changes_nothing(open_notebook):
    page = open_notebook("start.ipynb")
    tabs = page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab")
    for name in ("chapters/04-backpropagation.ipynb", "labs/backprop/backprop.ipynb"):
        tabs.filter(has_text="start.ipynb").click()
        panel(page).locator(f'a[href*="{name}"]').click()
        # In a tab of JupyterLab, not as a file in a window of its own.
        tabs.filter(has_text=Path(name).name).and_(page.locator(".lm-mod-current")).wait_for()
        wait_until_idle(page)
    # A dot in place of a tab's cross means that JupyterLab will ask whether to save.
    assert page.locator(".lm-DockPanel-tabBar .jp-mod-dirty").count() == 0
    assert len(page.context.pages) == 1
