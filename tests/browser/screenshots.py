"""Make the README's two pictures: ``python -m tests.browser.screenshots``.

They show what is there: the lab in JupyterLab after a wrong answer, and a page of the built site.
"""

import tempfile
from pathlib import Path

from tests.browser.lab_page import panel, run_all, wait_until_idle
from tests.browser.server import jupyterlab
from tests.chromium import chromium
from tests.labs.proof.banks import answer_cells
from tests.labs.solving import fill_in
from tests.site.building import build_book

COURSE = Path(__file__).parents[2]
TARGET = COURSE / "book" / "_static"
WINDOW = {"width": 1280, "height": 800}

#: A learner's first try at the second exercise: the bias gradient is averaged over the batch.
ALMOST = """\
def dense_backward(dy, x, w):
    dx = dy @ w.T
    dw = x.T @ dy
    db = dy.mean(axis=0)
    return dx, dw, db
"""


def main() -> None:
    """Write both pictures."""
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        lab_picture(browser, Path(folder))
        book_picture(browser, Path(folder))
    for picture in ("lab", "book"):
        path = TARGET / f"screenshot-{picture}.png"
        print(f"{path.relative_to(COURSE)}: {path.stat().st_size // 1000} kB")


def lab_picture(browser, folder: Path) -> None:
    """Show the message for a wrong answer."""
    with jupyterlab(folder) as address:
        copy = folder / "work" / "labs" / "backprop" / "backprop.ipynb"
        right = answer_cells("backprop")["dense_forward"]
        fill_in(copy, {"dense_forward": right, "dense_backward": ALMOST})
        page = browser.new_page(viewport=WINDOW, color_scheme="light")
        page.set_default_timeout(240_000)
        page.goto(address.format("labs/backprop/backprop.ipynb"))
        wait_until_idle(page)
        run_all(page)
        message = panel(page).locator(".jp-OutputArea-output").get_by_text("dense_backward: ")
        message.first.wait_for(state="attached")
        wait_until_idle(page)
        answer = panel(page).locator(".jp-CodeCell").filter(has_text="def dense_backward")
        answer.first.evaluate("cell => cell.scrollIntoView({block: 'start'})")
        message.first.wait_for()
        page.wait_for_timeout(1500)  # the notebook draws what has come into view
        page.screenshot(path=TARGET / "screenshot-lab.png")
        page.close()


def book_picture(browser, folder: Path) -> None:
    """Show the picture of a graph that the chapter on backpropagation begins with."""
    built = build_book(folder / "site")
    assert built.returncode == 0, built.output
    page = browser.new_page(viewport=WINDOW, color_scheme="light")
    page.goto((built.html / "04-backpropagation.html").as_uri())
    page.wait_for_load_state("networkidle")
    page.locator(".dl-frames").first.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    page.screenshot(path=TARGET / "screenshot-book.png")
    page.close()


if __name__ == "__main__":
    main()
