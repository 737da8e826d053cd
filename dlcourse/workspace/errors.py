"""What can go wrong while a working folder is made, each told in one sentence."""


class WorkspaceError(Exception):
    """The working folder cannot be made; the message names the file and what is wrong with it."""


class ConversionError(WorkspaceError):
    """A page of the book holds something that cannot be shown in JupyterLab.

    Parameters
    ----------
    page : str
        The page's file, as the reader of the message knows it.
    line : int
        The line in that file, counted from 1.
    message : str
        What stands there, and what could stand there.
    """

    def __init__(self, page: str, line: int, message: str) -> None:
        super().__init__(f"{page}, line {line}: {message}")
        self.page = page
        self.line = line
