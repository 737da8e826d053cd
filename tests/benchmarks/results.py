"""The table of results: as JSON, as text, and held against the targets."""

import json
from collections.abc import Iterable
from math import exp, log
from pathlib import Path
from typing import Any

from tests.benchmarks.workloads import WORKLOADS

Row = dict[str, Any]

RESULTS = Path(__file__).parent / "results"
CPU = RESULTS / "cpu.json"
#: The columns beside the library's, in the order of the table.
PEERS = ("pytorch", "pytorch_compile", "jax", "sklearn", "skimage")
GROUPS = {
    "train": "Training steps and the epoch",
    "predict": "Prediction",
    "step": "Optimizer steps",
    "augment": "Augmentation",
}


def group_of(name: str) -> str:
    """Return the key of the group that a workload of this name belongs to."""
    first = name.split()[0]
    if first in ("train", "epoch"):
        return "train"
    return first if first in GROUPS else "step"


def read(path: Path = CPU) -> list[Row]:
    """Return the rows that were measured, none where there is no file."""
    return json.loads(path.read_text()) if path.exists() else []


def merge(new: Iterable[Row], path: Path = CPU) -> list[Row]:
    """Put the new rows in the place of the old ones; keep the workloads' order; write the file."""
    rows = {row["workload"]: row for row in read(path)} | {row["workload"]: row for row in new}
    order = {workload.name: place for place, workload in enumerate(WORKLOADS)}
    known = sorted((row for row in rows.values() if row["workload"] in order),
                   key=lambda row: order[row["workload"]])  # fmt: skip
    path.parent.mkdir(exist_ok=True)
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in known)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    return known


def head() -> str:
    """Return the first line of the table."""
    return f"{'microseconds':<52}" + "".join(
        f"{name:>12}" for name in ("dlcourse", "pytorch", "compiled", "jax", "sklearn", "floor")
    )


def line(row: Row) -> str:
    """Return one line of the table; scikit-image stands in scikit-learn's column."""
    sklearn = row.get("sklearn_us") or row.get("skimage_us")
    times = [row["dlcourse_us"], row["pytorch_us"], row["pytorch_compile_us"], row["jax_us"],
             sklearn, row["floor_us"]]  # fmt: skip
    return f"{row['workload']:<52}" + "".join(
        f"{'–' if each is None else f'{each:,.0f}':>12}" for each in times
    )


def verdicts(rows: list[Row]) -> list[str]:
    """Return a line for each target, with the number reached and what misses it."""
    found = []
    for group, title in GROUPS.items():
        ours = [row for row in rows if group_of(row["workload"]) == group]
        pairs = [_ratio(row, "pytorch") for row in ours]
        best = [_best_ratio(row) for row in ours]
        found.append(
            f"{title}: {_mean(pairs)} × PyTorch eager, {_mean(best)} × the best peer "
            "(geometric means)"
        )
    every = [_ratio(row, "pytorch") for row in rows]
    found += [
        _target("at least 3 × PyTorch eager over all workloads", _mean(every), []),
        _target(
            "at least 1.2 × the best peer over all workloads",
            _mean([_best_ratio(row) for row in rows]), [],
        ),
        _target(
            "at least 1.2 × PyTorch eager on each workload", None,
            [f"{row['workload']} {ratio:.2f} ×" for row, ratio in zip(rows, every, strict=True)
             if ratio is not None and ratio < 1.2],
        ),
        _target(
            "within 1.5 × of BLAS where products are over half of the fastest's time",
            None,
            [f"{row['workload']} {row['dlcourse_us'] / row['floor_us']:.2f} ×"
             for row in rows
             if _mostly_products(row) and row["dlcourse_us"] > 1.5 * row["floor_us"]],
        ),
        _target(
            "optimizer steps at 80 % of the memory's bandwidth", None,
            [f"{row['workload']} {row['floor_us'] / row['dlcourse_us']:.0%}"
             for row in rows if group_of(row["workload"]) == "step"
             and row["floor_us"] and row["floor_us"] < 0.8 * row["dlcourse_us"]],
        ),
        _target(
            "peak memory under PyTorch's on each workload", None,
            [f"{row['workload']} {_size(mine)} against {_size(theirs)}"
             for row in rows for mine, theirs in [_memory(row)] if mine is not None
             and theirs is not None and mine >= theirs],
        ),
    ]  # fmt: skip
    return found


def noisy(rows: list[Row], bound: float = 2.0) -> list[str]:
    """Return "workload (contestant)" where the third quartile is over ``bound`` times the first.

    Something else had the cores then: such a row is to be measured again, whoever it favours.
    """
    return [
        f"{row['workload']} ({name})"
        for row in rows
        for name, (low, high) in row.get("quartiles_us", {}).items()
        if high > bound * low
    ]


def _target(sentence: str, value: str | None, misses: list[str]) -> str:
    if value is not None:
        return f"target: {sentence}: {value} ×"
    return (
        f"target: {sentence}: "
        + ("; ".join(misses) if misses else "all")
        + (" miss it" if misses else "")
    )


def _ratio(row: Row, peer: str) -> float | None:
    theirs = row.get(f"{peer}_us")
    return None if theirs is None else theirs / row["dlcourse_us"]


def _best_ratio(row: Row) -> float | None:
    ratios = [ratio for ratio in (_ratio(row, peer) for peer in PEERS) if ratio is not None]
    return min(ratios, default=None)


def _mostly_products(row: Row) -> bool:
    if row["floor_us"] is None or group_of(row["workload"]) not in ("train", "predict"):
        return False
    times = [row["dlcourse_us"], *(row.get(f"{peer}_us") for peer in PEERS)]
    return row["floor_us"] > 0.5 * min(each for each in times if each is not None)


def _memory(row: Row) -> tuple[int | None, int | None]:
    grown = row.get("memory_bytes", {})
    return grown.get("dlcourse"), grown.get("pytorch")


def _mean(ratios: list[float | None]) -> str:
    known = [log(ratio) for ratio in ratios if ratio is not None]
    return f"{exp(sum(known) / len(known)):.2f}" if known else "–"


def _size(count: int) -> str:
    return f"{count / 2**20:.1f} MiB"
