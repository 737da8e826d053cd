"""The course, as nbgrader's own commands and screens see it."""

from pathlib import Path

c = get_config()  # noqa: F821  (nbgrader provides it)

c.CourseDirectory.course_id = "dlcourse"
# The folder that holds this file, wherever nbgrader is started from.
c.CourseDirectory.root = str(Path(__file__).resolve().parent)

c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\nraise NotImplementedError"}
c.ClearSolutions.text_stub = "*YOUR ANSWER HERE*"

# A check cell that a learner has deleted comes back when the notebook is graded.
c.OverwriteCells.add_missing_cells = True

# A whole lab runs in a few seconds: a cell that takes a minute hangs.
c.ExecutePreprocessor.timeout = 60

# Autograde, by nbgrader's command or formgrader's button, runs no submission itself: each is
# graded in the sandbox, as `dlcourse grade` does it. See dlcourse/classroom/autograde.py.
c.Autograde.pre_convert_hook = "dlcourse.classroom.autograde.set_aside"
c.Autograde.exporter_class = "dlcourse.classroom.autograde.FromRelease"
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = ["dlcourse.classroom.autograde.GradeOutside"]
