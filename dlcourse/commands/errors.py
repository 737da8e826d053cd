"""The error that a user can mend: shown as one sentence, without a traceback."""


class UserError(Exception):
    """Something the user asked for cannot be done; the message says what, and the way out.

    `dlcourse` prints the message to standard error and exits with status 2.
    """
