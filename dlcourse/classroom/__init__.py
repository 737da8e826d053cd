"""A class in nbgrader: from the results of grading to the gradebook, and to the learners.

Grading itself knows neither nbgrader nor a database: it turns notebooks into results. Here they
become scores and comments in nbgrader's gradebook, notebooks that formgrader can show, and pages
of feedback where nbgrader releases them from. See `merge`.
"""

from dlcourse.classroom.course import Course
from dlcourse.classroom.gradebook import Gradebook, Merged, merge

__all__ = ["Course", "Gradebook", "Merged", "merge"]
