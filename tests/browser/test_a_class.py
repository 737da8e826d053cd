"""A lab's whole way in the browser: JupyterLab with nbgrader's screens, the exchange, our grading.

One user of this machine is instructor and learner, in two windows: nbgrader's exchange asks the
operating system who somebody is.
"""

import re

import pytest

from dlcourse.grading import sandbox
from tests.browser.lab_page import PATIENCE, panel, wait_until_idle
from tests.browser.screenshots import ALMOST
from tests.browser.server import classroom
from tests.chromium import chromium
from tests.labs.nbgrader_course import NbgraderCourse
from tests.labs.proof.banks import answer_cells
from tests.labs.solving import fill_in

pytestmark = pytest.mark.browser

LAB = "backprop"
QUESTION = "why_a_random_upstream_gradient"
ANSWER = "With ones alone, a backward pass that mixes up its rows could go unnoticed."
COMMENT = "Yes. What of an error that cancels in the sum?"
#: What the learner's own nbgrader knows: where labs are handed out, and where they come to.
CONFIG = """
c = get_config()
c.Exchange.root = {exchange!r}
c.Exchange.assignment_dir = {learner!r}
c.CourseDirectory.course_id = "dlcourse"
"""


@pytest.fixture
def class_room(tmp_path):
    """A course that nobody has seen yet, its server, and the folder of a learner."""
    if reason := sandbox.why_not():
        pytest.skip(reason)
    for name in ("course", "exchange", "learner"):
        (tmp_path / name).mkdir()
    # Everybody hands in there, and nbgrader refuses a folder where they may not.
    (tmp_path / "exchange").chmod(0o777)
    course = NbgraderCourse(tmp_path / "course", LAB)
    config = CONFIG.format(exchange=str(tmp_path / "exchange"), learner=str(tmp_path / "learner"))
    with classroom(course, tmp_path, config) as address:
        yield course, tmp_path / "learner", address


@pytest.fixture
def window(class_room):
    """Open JupyterLab in a window of its own, on a machine that reaches no other."""
    with chromium() as browser:

        def open_it():
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.set_default_timeout(PATIENCE)
            # nbgrader's page for grading by hand asks another host for its formulas.
            page.route(re.compile(r"^https?://(?!127\.0\.0\.1:)"), lambda route: route.abort())
            page.goto(class_room[2])
            page.locator("#jp-main-statusbar").wait_for()
            return page

        yield open_it


def open_from_menu(page, name):
    """Open one of nbgrader's screens."""
    page.get_by_role("menuitem", name="Nbgrader").click()
    page.get_by_role("menuitem", name=name, exact=True).click()


class Formgrader:
    """What an instructor sees of nbgrader, in a tab of JupyterLab."""

    def __init__(self, page):
        self.page = page
        open_from_menu(page, "Formgrader")
        self.frame = page.frame_locator("#formgrader iframe")

    def press(self, action):
        """Press a button of the only row, and close the dialog which says that it went well."""
        self.frame.locator(f"td.{action} a").click()
        dialog = self.frame.locator(".modal.in")
        dialog.wait_for()
        said = dialog.inner_text()
        assert dialog.get_attribute("id") == "success-modal", said
        dialog.get_by_role("button", name="OK").click()
        dialog.wait_for(state="detached")

    def go_to(self, where):
        """Follow a link to another of formgrader's pages."""
        self.frame.locator(f'a[href$="/formgrader/{where}"]').first.click()

    def cell(self, name, text):
        """Wait until a cell of the only row says so."""
        self.frame.locator(f"td.{name}").get_by_text(text, exact=True).wait_for()

    def write(self, field, text, kind):
        """Fill in a field, leave it, and wait until nbgrader has kept it."""
        with self.page.expect_response(
            lambda answer: answer.request.method == "PUT" and f"/api/{kind}/" in answer.url
        ) as kept:
            self.frame.locator(field).fill(text)
            self.frame.locator(field).blur()
        assert kept.value.ok


def hand_in(page, folder):
    """Fetch the lab, answer it with one mistake, and submit it."""
    open_from_menu(page, "Assignment List")
    listed = page.locator("#nbgrader-assignment-list")
    listed.get_by_role("button", name="Fetch", exact=True).click()
    submit = listed.get_by_role("button", name="Submit", exact=True)
    submit.wait_for()
    fetched = folder / LAB / f"{LAB}.ipynb"
    fill_in(fetched, answer_cells(LAB) | {"dense_backward": ALMOST})

    listed.locator(".assignment-notebooks-link").click()
    listed.locator(".assignment-notebooks a").click()
    panel(page).locator(".jp-Cell").first.wait_for()
    wait_until_idle(page)
    words = panel(page).locator(".jp-MarkdownCell").filter(has_text="YOUR ANSWER HERE")
    words.locator(".jp-MarkdownOutput").dblclick()
    words.locator(".cm-content").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(ANSWER)
    with page.expect_response(
        lambda answer: answer.request.method == "PUT" and f"{LAB}.ipynb" in answer.url
    ) as saved:
        page.keyboard.press("Control+s")
    assert saved.value.ok
    assert ANSWER in fetched.read_text(encoding="utf-8")

    open_from_menu(page, "Assignment List")
    submit.click()
    listed.get_by_role("button", name="Fetch Feedback", exact=True).wait_for()


def feedback(page):
    """Fetch the feedback and open it; give the frame with its page."""
    listed = page.locator("#nbgrader-assignment-list")
    listed.get_by_role("button", name="Fetch Feedback", exact=True).click()
    listed.get_by_text("(view feedback)").click()
    page.locator(".jp-DirListing-item").filter(has_text=f"{LAB}.html").dblclick()
    return page.frame_locator(".jp-HTMLViewer iframe")


def test_a_lab_goes_from_its_instructor_to_a_learner_and_back(class_room, window):
    course, folder, _ = class_room
    instructor, learner = window(), window()

    grader = Formgrader(instructor)
    for step in ("assign", "release"):
        grader.press(step)
    grader.cell("status", "released")

    hand_in(learner, folder)

    grader.press("collect")
    grader.go_to(f"manage_submissions/{LAB}")
    grader.cell("status", "needs autograding")
    grader.press("autograde")
    grader.cell("status", "needs manual grading")
    (student,) = (path.name for path in (course.folder / "submitted").iterdir())
    points = course.points(student)
    almost = points.pop("test_dense_backward")
    assert points == {
        "test_dense_forward": 4, "test_relu_backward": 4, "test_check_gradient": 6,
        "test_softmax_cross_entropy_backward": 6, QUESTION: None,
    }  # fmt: skip
    assert 0 < almost < 6
    grader.cell("score", f"{20 + almost:g} / 30")

    # The question in words is for a person.
    for where in ("gradebook", f"gradebook/{LAB}", f"gradebook/{LAB}/{LAB}"):
        grader.go_to(where)
    grader.cell("code-score", f"{20 + almost:g} / 26")
    grader.cell("written-score", "0 / 4")
    grader.frame.get_by_role("link", name="Submission #1").click()
    grader.frame.get_by_text(ANSWER).wait_for()
    grader.frame.get_by_text(f"dense_backward: {almost:g} of 6 points").first.wait_for()
    grader.frame.locator(f"#{QUESTION}.needs_manual_grade").wait_for()
    grader.write(f"#{QUESTION}", "3", "grade")
    grader.frame.locator(f"#{QUESTION}-comment[placeholder]").wait_for()
    grader.write(f"#{QUESTION}-comment", COMMENT, "comment")

    grader = Formgrader(window())
    for step in ("generate-feedback", "release-feedback"):
        grader.press(step)
    grader.go_to(f"manage_submissions/{LAB}")
    grader.cell("status", "graded")
    grader.cell("score", f"{23 + almost:g} / 30")

    page = feedback(learner)
    page.get_by_text(f"dense_backward: {almost:g} of 6 points").first.wait_for()
    for text in (COMMENT, ANSWER, f"{LAB} (Score: {23 + almost:.1f} / 30.0)"):
        assert text in page.locator("body").inner_text()
