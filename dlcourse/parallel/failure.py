"""What happens when one rank fails: all stop, and it is said which one it was, and why."""

import sys
from types import TracebackType
from typing import Any

_watched: list[Any] = []


def watch(team: Any) -> None:
    """Stop all ranks of ``team`` (``team.abort()``) when an error ends this process.

    The others would wait for this one's next message for ever.
    """
    if not _watched:
        before = sys.excepthook

        def stop_all(
            kind: type[BaseException], error: BaseException, trace: TracebackType | None
        ) -> None:
            before(kind, error, trace)
            say(_watched[0], f"stopped with {kind.__name__}: {error}".rstrip(": "))
            _watched[0].abort()

        sys.excepthook = stop_all
    _watched[:] = [team]


def say(team: Any, what: str) -> None:
    """Write one sentence to standard error: which rank it was, and what becomes of the others."""
    print(
        f"dlcourse: rank {team.rank} of {team.size} {what}. The other ranks are stopped too; a "
        "checkpoint stays as it was written last, and fit(resume=…) goes on from it.",
        file=sys.stderr,
        flush=True,
    )
