"""The packages of the extras: asked for by the subcommands that need them."""

from importlib.util import find_spec

from dlcourse.commands.errors import UserError


def require(module: str) -> None:
    """Raise a `UserError` with the remedy when the package `module` is not installed."""
    if find_spec(module) is None:
        raise UserError(
            f"this needs the package {module}, which is not installed here: run "
            "`python -m pip install -r requirements.txt` in the course's folder."
        )
