"""Processes that train one model together, and what each of them has to know of the others.

``Team`` is the team of one, which is what training is unless told otherwise; it does nothing, and
says what there is to do. ``dlcourse.parallel.Ranks`` does it over MPI. The classes below training
know nothing of MPI: they ask their team.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

__all__ = ["ALONE", "Team"]

Value = TypeVar("Value")


class Team:
    """One process, which has nobody to share work with.

    Each member has the whole model and takes a part of the rows of every batch. Before the backward
    pass it multiplies the gradient of its own rows' mean loss by its part of the rows (``weigh``):
    the gradients of the whole batch's mean loss are then the sum of the members'.

    Attributes
    ----------
    rank, size
        Which of how many members this one is, from 0.
    first_row, weight
        Of the batch that was shared out last: which of its rows is this member's first, and what
        part of its rows is this member's.
    ready
        Called by ``Sequential.backward`` with the place in the flat buffer from which on all
        gradients are known; None where nobody wants to know.
    """

    rank = 0
    size = 1
    first_row = 0
    weight = 1.0
    ready: Callable[[int], None] | None = None

    @property
    def leads(self) -> bool:
        """Whether this member is the one that writes files and shows progress."""
        return self.rank == 0

    def share(self, rows: int) -> slice:
        """Return which of a batch's rows are this member's."""
        return slice(0, rows)

    def everyones(self, rows: int) -> int:
        """Return how many rows the batch has of which this member has so many."""
        return rows

    def begin(self, model: Any, optimizer: Any, rng: np.random.Generator) -> None:
        """Let all begin with the numbers, and the generator's state, of the first member."""

    def end(self) -> None:
        """Part in good order: every member has come to the same end."""

    def generator(self, rng: np.random.Generator) -> np.random.Generator:
        """Return what a member draws from by itself, for an epoch: ``rng``, if there is but one."""
        return rng

    def weigh(self, dy: np.ndarray) -> np.ndarray:
        """Scale, in place, the gradient of a mean over own rows to that of the whole batch's."""
        return dy

    def sum_gradients(self, gradients: np.ndarray, whole: bool) -> None:
        """Replace the gradients by their sum over the members, in place.

        A member that updates a part of the parameters alone may do without the others' parts,
        unless it is asked for the ``whole``.
        """

    def collect(self, values: np.ndarray) -> None:
        """After a step, fetch the parameters that other members have updated."""

    def whole(self, array: np.ndarray) -> np.ndarray:
        """Return an optimizer's array with the parts that other members keep; the first's call."""
        return array

    def sum(self, array: np.ndarray) -> np.ndarray:
        """Replace an array by its sum over the members, in place, and return it."""
        return array

    def least(self, value: int) -> int:
        """Return the least of the members' values."""
        return value

    def first(self, value: Value) -> Value:
        """Return the first member's value."""
        return value

    def compare(self, values: np.ndarray) -> None:
        """Raise an error unless all members have the same parameters."""

    def measured(self) -> dict[str, float]:
        """Return what the history follows of the epoch that ends."""
        return {}


#: The team of everything that was told of no other.
ALONE = Team()
