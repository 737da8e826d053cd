"""What can go wrong before anything is graded."""


class GradingError(ValueError):
    """Grading cannot start; the message is one sentence for whoever gave the command."""


class Refused(ValueError):
    """A submission that cannot be graded; the message goes into its row of the table."""
