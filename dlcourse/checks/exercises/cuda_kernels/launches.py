"""What the exercises of the lab cuda_kernels share: launches, what is counted, and their parts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from dlcourse.checks.arrays import strided
from dlcourse.checks.exercise import Aspect, Case, Part

#: Threads of a block in the exercises that share memory; the lab's first cell has the same number.
THREADS = 8
#: Side of a tile, in threads and in results; likewise.
TILE = 4
#: Threads of a warp, and bytes of memory that come together (``dlcourse.simulator``).
WARP, PIECE = 32, 32

EVERY_SECOND = "arrays that are every second element of larger ones"


def garbage(rng: np.random.Generator, *shape: int) -> np.ndarray:
    """Draw what stands in memory before a kernel writes there: float32 that belong to nothing."""
    return (rng.integers(50, 99, shape) * rng.choice([-1, 1], shape)).astype(np.float32)


def apart(case: Case) -> Case:
    """Lay the arrays of a case out with gaps between their elements."""
    arguments = {
        name: strided(value) if isinstance(value, np.ndarray) else value
        for name, value in case.arguments.items()
    }
    return replace(case, arguments=arguments)


def strides(count: int, blocks: int, threads: int) -> Iterator[list[list[int]]]:
    """
    Deal ``count`` elements out to threads, neighbours to neighbours, in rounds.

    Yields
    ------
    list of list of int
        For each round, the elements that each warp works on.
    """
    for start in range(0, count, blocks * threads):
        warps = []
        for block in range(blocks):
            first = start + block * threads
            for lane in range(0, threads, WARP):
                last = min(first + min(lane + WARP, threads), count)
                warps.append(list(range(first + lane, last)))
        yield warps


def transactions(count: int, blocks: int, threads: int, itemsize: int) -> int:
    """Count the pieces of memory that are fetched when neighbours read neighbouring elements."""
    return sum(
        len({element * itemsize // PIECE for element in warp})
        for warps in strides(count, blocks, threads)
        for warp in warps
    )


def parts(
    points: tuple[float, float, float, float], edge: str, counted: Sequence[str]
) -> tuple[Part, ...]:
    """
    Share out the points, for values, odd cases, care and memory.

    ``edge`` says in words what the odd cases are, ``counted`` names the outputs that are counts.
    """
    values, odd, care, memory = points
    return (
        Part("values", values, "the right numbers"),
        Part("edge", odd, edge, own_cases=True, needs=("values",)),
        Part(
            "care",
            care,
            "what is only read stays as it is",
            aspects=(Aspect.UNTOUCHED, Aspect.PROPERTY),
            needs=("values",),
        ),
        Part(
            "memory",
            memory,
            "global memory is used no more often than needed",
            outputs=tuple(counted),
            needs=("values",),
        ),
    )


def sizes(launch: Mapping[str, int]) -> dict[str, int]:
    """Give the sizes of a one-dimensional launch as facts that a sentence may quote."""
    return {**launch, "all": launch["blocks"] * launch["threads"]}
