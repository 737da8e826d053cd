"""A page of JupyterLab, and what a test does with the notebook that it shows in front."""

#: Milliseconds. A kernel that imports matplotlib and scikit-learn takes seconds to start, and
#: Validate starts one of its own.
PATIENCE = 120_000


def panel(page):
    """Return the notebook in front."""
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")


def wait_until_idle(page):
    """Wait until the kernel of the notebook in front answers.

    The notebook's own indicator says idle before there is a kernel, and "Run All" does nothing
    then. The status bar knows better.
    """
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()
    panel(page).locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()


def run_all(page):
    """Choose *Run All Cells* from the menu."""
    page.get_by_role("menuitem", name="Run").first.click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
