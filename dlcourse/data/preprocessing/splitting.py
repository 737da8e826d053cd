"""Splitting: parts that share nothing, so that a test measures what it says."""

from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.data.dataset import Dataset, Split, as_dataset


def split_groups(
    groups: Any, fractions: tuple[float, ...], rng: np.random.Generator | int,
    stratify: Any = None,
) -> list[np.ndarray]:  # fmt: skip
    """Return sorted indices for each part; all of one group come into the same part.

    Parameters
    ----------
    groups
        One name or number an example: patients, speakers, or identical rows. Examples that
        belong to different groups all have different ones.
    fractions
        The share of the examples for each part; they sum to 1.
    rng
        For the order in which groups are dealt out.
    stratify
        Labels: each class is dealt out in the same proportions. A group must then hold examples
        of one class only.

    Notes
    -----
    Groups are dealt out in random order, each to the part that lacks most of its share so far.
    """
    groups = np.asarray(groups)
    if groups.ndim != 1 or len(groups) == 0:
        raise ValueError(f"groups has shape {groups.shape}: expected (n,) with at least one")
    shares = [validation.number("fractions", share, above=0) for share in fractions]
    if not np.isclose(sum(shares), 1):
        raise ValueError(f"fractions sum to {sum(shares):g}: expected 1")
    rng = validation.generator("rng", rng)
    _, group = np.unique(groups, return_inverse=True)
    sizes = np.bincount(group)
    kind = np.zeros(len(sizes), np.int64)
    if stratify is not None:
        labels = validation.labels("stratify", stratify, len(groups))
        kind[group] = labels
        mixed = kind[group] != labels
        if mixed.any():
            raise ValueError(
                f"group {groups[np.argmax(mixed)].item()!r} holds several labels: expected one "
                "label a group to stratify by"
            )
    part_of_group = np.empty(len(sizes), np.int64)
    for label in np.unique(kind):
        members = rng.permutation(np.flatnonzero(kind == label))
        wanted = np.array(shares) * sizes[members].sum()
        dealt = np.zeros(len(shares))
        for member in members:
            part = int(np.argmax((wanted - dealt) / wanted))
            part_of_group[member] = part
            dealt[part] += sizes[member]
    part_of_example = part_of_group[group]
    found = [np.flatnonzero(part_of_example == number) for number in range(len(shares))]
    for number, indices in enumerate(found):
        if len(indices) == 0:
            raise ValueError(
                f"part {number} of fractions {tuple(fractions)} got no example out of "
                f"{len(groups)}: expected larger data or larger fractions"
            )
    return found


def split(
    data: tuple,
    rng: np.random.Generator | int,
    fractions: tuple[float, float, float] = (0.7, 0.15, 0.15),
    stratify: bool = True,
) -> Split:
    """Return the data in a training, a validation and a test part that cannot leak.

    Examples with identical x come into the same part, whatever their order: a copy of a training
    example in the test part would be remembered, not predicted. Identical examples with different
    labels are kept together as well, and count for the label of the first of them.

    Parameters
    ----------
    data
        A ``Dataset`` or a pair (x, y).
    rng
        For the order in which examples are dealt out.
    fractions
        Shares of training, validation and test.
    stratify
        Give each part the classes in the same proportions (y are whole-number labels).
    """
    x, y = as_dataset("data", data)
    if len(fractions) != 3:
        raise ValueError(f"fractions is {fractions}: expected three, one for each part")
    rows = np.ascontiguousarray(x).reshape(len(x), -1)
    _, first, same = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    labels = None
    if stratify:
        labels = validation.labels("data.y", y, len(y))[first][same]
    parts = split_groups(same.reshape(-1), fractions, rng, labels)
    return Split(*(Dataset(x[part], y[part]) for part in parts))
