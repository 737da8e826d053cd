"""What a step would take on more machines than we have: a model of four numbers and a network.

A step of data-parallel training is a pass over a worker's rows, the sum of all gradients, and an
update. The model takes their times as straight lines: in rows, in bytes, in parameters. Nothing in
it knows of slow workers, of a network that others use, of failures or of data that come too slowly:
it says what cannot be beaten, not what will be reached.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from dlcourse import validation


@dataclass(frozen=True)
class Link:
    """How fast messages are: one of n bytes takes latency + n / bandwidth.

    Parameters
    ----------
    latency
        α, seconds until the first byte is there.
    bandwidth
        β, bytes a second, in each direction at once.
    """

    latency: float
    bandwidth: float

    def __post_init__(self) -> None:
        validation.number("latency", self.latency, least=0)
        validation.number("bandwidth", self.bandwidth, above=0)

    def message(self, size: float) -> float:
        """Return the seconds of one message of ``size`` bytes."""
        return self.latency + size / self.bandwidth

    def ring_allreduce(self, size: float, workers: int) -> float:
        """Return the seconds of a sum of ``size`` bytes over the workers in a ring.

        2 (p - 1) rounds, in each of which every worker sends 1/p of the bytes to the next:
        2 (p - 1) α + 2 (p - 1)/p · n/β. No way moves fewer bytes (Patarasuk and Yuan 2009), but
        the rounds grow with p.
        """
        rounds = 2 * (validation.count("workers", workers) - 1)
        return rounds * self.message(size / workers)

    def halving_allreduce(self, size: float, workers: int) -> float:
        """Return the same for recursive halving and doubling: 2 log₂ p rounds, as many bytes.

        In each round pairs exchange half of what they exchanged before, until each has the sum of
        1/p; then the way back (Thakur, Rabenseifner and Gropp 2005, section 4.5). 2 ⌈log₂ p⌉ α +
        2 (p - 1)/p · n/β, the bytes exactly so where p is a power of two.
        """
        rounds = 2 * math.ceil(math.log2(validation.count("workers", workers)))
        return rounds * self.latency + 2 * (workers - 1) / workers * size / self.bandwidth


class Step(NamedTuple):
    """Seconds of a step: the two passes, the update, the sum, and what of the sum is waited for."""

    compute: float
    update: float
    communication: float
    exposed: float

    @property
    def seconds(self) -> float:
        """What the step takes in all."""
        return self.compute + self.update + self.exposed

    @property
    def share(self) -> float:
        """Which part of the step is spent waiting for the sum."""
        return self.exposed / self.seconds


#: Of a step's two passes the backward one is this part: two products a layer, where forward has
#: one.
BACKWARD = 2 / 3


@dataclass(frozen=True)
class Costs:
    """What a step costs one worker, and what it takes to bring the gradients together.

    Parameters
    ----------
    per_step, per_row
        Seconds of forward and backward pass: per_step + per_row · rows. The first is what weights
        cost that are read once however many rows there are.
    update
        Seconds of the optimizer's step, which every worker takes.
    gradient_bytes
        How large the sum is.
    link
        What it goes over.
    """

    per_step: float
    per_row: float
    update: float
    gradient_bytes: float
    link: Link

    def __post_init__(self) -> None:
        for name in ("per_step", "per_row", "update", "gradient_bytes"):
            validation.number(name, getattr(self, name), least=0)

    def over(self, link: Link) -> "Costs":
        """Return the same workers on another network."""
        return replace(self, link=link)

    def step(self, workers: int, rows: float, overlap: bool = False, ring: bool = True) -> Step:
        """Return the times of a step.

        Parameters
        ----------
        workers
            How many; one has nothing to sum.
        rows
            Of each worker, not of all together.
        overlap
            Hide the sum behind the backward pass, as far as that is as long: the best case, which
            takes gradients that come evenly and a network that works by itself.
        ring
            By a ring; else by recursive halving and doubling.
        """
        validation.number("rows", rows, above=0)
        way = self.link.ring_allreduce if ring else self.link.halving_allreduce
        compute = self.per_step + self.per_row * rows
        communication = way(self.gradient_bytes, workers)
        hidden = min(communication, BACKWARD * compute) if overlap else 0.0
        return Step(compute, self.update, communication, communication - hidden)

    def efficiency(self, workers: int, rows: float, **options: bool) -> float:
        """Return which part of their speed workers keep that have so many rows each.

        Rows a second of all, over those of as many that never talk ("weak scaling": the batch of
        all grows with the workers).
        """
        alone = self.per_step + self.per_row * rows + self.update
        return alone / self.step(workers, rows, **options).seconds

    def speedup(self, workers: int, batch: float, **options: bool) -> float:
        """Return how many times faster than one the workers are that share a batch of this size.

        "Strong scaling": the batch stays, and each worker's rows become fewer.
        """
        alone = self.step(1, batch).seconds
        return alone / self.step(workers, batch / workers, **options).seconds


def fit_costs(measured: Iterable[Mapping[str, Any]]) -> Costs:
    """Return the costs that fit what ``python -m tests.benchmarks.parallel`` measured.

    Parameters
    ----------
    measured
        Its rows: "what" is "batch" (rows, seconds), "update" (parameters, seconds) or "allreduce"
        (bytes, ranks, seconds); others are left aside.

    Raises
    ------
    ValueError
        A kind is missing, or there are too few of it for a line.

    Notes
    -----
    Lines by least squares of *relative* errors, because the measurements span decades: the largest
    would decide alone.
    """
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for one in measured:
        rows.setdefault(one["what"], []).append(one)
    for kind, least in (("batch", 2), ("allreduce", 2), ("update", 1)):
        if len(rows.get(kind, [])) < least:
            raise ValueError(
                f"measured holds {len(rows.get(kind, []))} rows of {kind!r}: expected {least} or "
                "more"
            )
    per_step, per_row = _line(
        [1.0] * len(rows["batch"]),
        [one["rows"] for one in rows["batch"]],
        [one["seconds"] for one in rows["batch"]],
    )
    # By a ring of p: 2 (p - 1) messages of 1/p of the bytes.
    rounds = [2 * (one["ranks"] - 1) for one in rows["allreduce"]]
    latency, per_byte = _line(
        rounds,
        [
            number * one["bytes"] / one["ranks"]
            for number, one in zip(rounds, rows["allreduce"], strict=True)
        ],
        [one["seconds"] for one in rows["allreduce"]],
    )
    update = rows["update"][0]
    link = Link(latency, 1 / per_byte)
    return Costs(per_step, per_row, update["seconds"], 4 * update["parameters"], link)


def _line(first: list[float], second: list[float], seconds: list[float]) -> tuple[float, float]:
    """Return a and b, not negative, of a · first + b · second = seconds."""
    matrix = np.stack([first, second], axis=1) / np.asarray(seconds)[:, None]
    a, b = np.linalg.lstsq(matrix, np.ones(len(seconds)), rcond=None)[0]
    return max(float(a), 0.0), float(b)
