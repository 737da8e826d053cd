"""A course as nbgrader's configuration describes it: its folders, and where its gradebook is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dlcourse.grading.errors import GradingError

CONFIGURATION = "nbgrader_config.py"


class Course:
    """The folders of a course that is run with nbgrader.

    Parameters
    ----------
    folder : Path
        The one with ``nbgrader_config.py`` in it.

    Attributes
    ----------
    configuration : traitlets.config.Config
        What that file says.
    url : str
        Where the gradebook is, as SQLAlchemy writes it: a file by default, or a server.

    Raises
    ------
    GradingError
        When there is no such file, it cannot be read, or its folders are not nbgrader's usual ones.
    """

    def __init__(self, folder: Path) -> None:
        from nbgrader.coursedir import CourseDirectory
        from traitlets.config import Config
        from traitlets.config.loader import PyFileConfigLoader

        self.folder = Path(folder).resolve()
        if not (self.folder / CONFIGURATION).is_file():
            raise GradingError(f"{self.folder} is no course of nbgrader: no {CONFIGURATION} in it")
        try:
            said = PyFileConfigLoader(CONFIGURATION, path=str(self.folder)).load_config()
        except Exception as error:  # the instructor's own Python
            raise GradingError(
                f"{self.folder / CONFIGURATION} cannot be read: {type(error).__name__}: {error}"
            ) from error
        self.configuration: Any = Config({"CourseDirectory": {"root": str(self.folder)}})
        self.configuration.merge(said)
        self._directory = CourseDirectory(config=self.configuration)
        usual = str(Path("{nbgrader_step}", "{student_id}", "{assignment_id}"))
        if self._directory.directory_structure != usual:
            raise GradingError(
                f"CourseDirectory.directory_structure is {self._directory.directory_structure!r}, "
                f"expected nbgrader's own {usual!r}"
            )
        self.url: str = self._directory.db_url
        self.name: str = self._directory.course_id

    def place(self, step: str, student: str, lab: str) -> Path:
        """Return a learner's folder in one of nbgrader's steps, such as ``"autograded"``."""
        named = getattr(self._directory, f"{step}_directory")
        return Path(self._directory.format_path(named, student, lab))

    @property
    def submitted(self) -> Path:
        """The folder of submissions, ``STUDENT/LAB`` in it."""
        return Path(self._directory.root) / self._directory.submitted_directory

    @property
    def feedback(self) -> Path:
        """The folder of feedback, ``STUDENT/LAB`` in it."""
        return Path(self._directory.root) / self._directory.feedback_directory

    def has_submissions(self, lab: str) -> bool:
        """Whether anybody has handed in this lab."""
        return any(self.submitted.glob(f"*/{lab}"))
