"""What was measured ahead, because it takes too long for a page, and pictures of it.

The numbers are made by ``make bench`` and the modules beside it in ``tests/benchmarks``. They were
taken on the machine that they name; another one has others.
"""

import json
import math
from pathlib import Path
from typing import Any

from dlcourse.figures import palette, plots
from dlcourse.figures.picture import Picture

Row = dict[str, Any]

#: They lie beside the benchmarks, in the folder of the course.
RESULTS = Path(__file__).parents[2] / "tests" / "benchmarks" / "results"

#: Key in a row of "cpu", name, colour and sign of each contestant.
_CONTESTANTS = (
    ("dlcourse", "dlcourse", "forward", "o"),
    ("pytorch", "PyTorch", "backward", "s"),
    ("pytorch_compile", "torch.compile", "backward", "D"),
    ("jax", "JAX", "good", "^"),
    ("sklearn", "scikit-learn", "other", "v"),
    ("skimage", "scikit-image", "other", "<"),
    ("floor", "floor", "ink", "|"),
)

#: Why time or memory grows as it does along each axis; in words, with nothing measured in them.
_REASONS = {
    "batch": (
        "Every example costs the same, so time and memory are linear once the batch is large "
        "enough to hide what a step costs by itself; Adam's work does not grow at all."
    ),
    "width": (
        "A layer of twice the width has four times the weights: products, Adam's work and the "
        "memory of weights, gradients and moments all grow with the square. The numbers between "
        "the layers only double, which is why small widths grow more slowly."
    ),
    "depth": (
        "Each layer brings the same work and the same memory: linear. A power a little above 1 "
        "is where weights and what is kept no longer fit a cache and come from memory."
    ),
    "sequence length": (
        "Each step waits for the one before and costs the same; what backpropagation needs of "
        "every step is kept: both are linear, and the time a little above where what is kept no "
        "longer fits a cache."
    ),
    "image side": (
        "Twice the side is four times the pixels, and a convolution works at every pixel: time and "
        "memory grow with the square of the side, which is linear in the pixels."
    ),
}


def measured(name: str) -> list[Row]:
    """Return what was measured under a name, row by row.

    Parameters
    ----------
    name
        "cpu" (microseconds of each workload), "ladder", "growth", "time_to_accuracy",
        "cold_start", "parallel", "searches" (regret of search strategies) or "search_table" (what
        they search).

    Raises
    ------
    FileNotFoundError
        Nothing is kept under this name, or the package was installed without the course.
    """
    path = RESULTS / f"{name}.json"
    if not path.is_file():
        raise FileNotFoundError(
            f"there is no {path}: expected the name of something that the benchmarks measured, and "
            "the course's own folder around the package"
        )
    return json.loads(path.read_text(encoding="utf-8"))


def speed(rows: list[Row], words: str = "train") -> Picture:
    """Draw how many times as long as the library each contestant takes, for some workloads.

    Parameters
    ----------
    rows
        ``measured("cpu")``.
    words
        Workloads whose name begins so: "train", "predict", "augment", "epoch"; "step" takes the
        optimizers' steps.
    """
    chosen = [row for row in rows if _chosen(row["workload"], words)]
    if not chosen:
        raise ValueError(f"words is {words!r}: no workload is called so")
    figure, plot = plots.axes(height=0.9 + 0.34 * len(chosen))
    places = range(len(chosen))
    plot.axvline(1, color=palette.INK, linewidth=1)
    for key, name, colour, sign in _CONTESTANTS:
        points = [
            (row[f"{key}_us"] / row["dlcourse_us"], place)
            for place, row in zip(places, chosen, strict=True)
            if row.get(f"{key}_us")
        ]
        if points:
            plot.plot(
                *zip(*points, strict=True), sign, label=name, markersize=7,
                color=palette.INK if colour == "ink" else palette.COLOURS[colour][0],
                fillstyle="none" if sign == "D" else "full", markeredgewidth=1.5,
            )  # fmt: skip
    plot.set_xscale("log")
    low, high = plot.get_xlim()
    ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100) if low <= t <= high]
    plot.set_xticks(ticks, [f"{t:g}" for t in ticks])
    plot.minorticks_off()
    plot.set_yticks(places, [_short(row["workload"]) for row in chosen], fontsize=9)
    plot.set_ylim(len(chosen) - 0.5, -0.5)
    plot.set(xlabel="time, in that of dlcourse (fewer is faster)")
    figure.legend(*plot.get_legend_handles_labels(), loc="outside upper center", ncols=4,
                  frameon=False)  # fmt: skip
    ratios = [row["pytorch_us"] / row["dlcourse_us"] for row in chosen if row.get("pytorch_us")]
    alt = f"Times of {len(chosen)} workloads in units of the library's."
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        alt += f" PyTorch takes {mean:.1f} times as long in the geometric mean."
    return plots.show(figure, alt, f"Measured on {chosen[0]['machine']}. {_floor_words(chosen)}")


def ladder(rows: list[Row]) -> Picture:
    """Draw the rungs of each ladder, from plain Python to the library; ``measured("ladder")``."""
    operations = list(dict.fromkeys(row["operation"] for row in rows))
    figure, grid = plots.axes(
        len(operations), height=1.5 * len(operations), squeeze=False, sharex=True
    )
    everything = [row["microseconds"] for row in rows]
    for plot, operation in zip(grid[:, 0], operations, strict=True):
        mine = [row for row in rows if row["operation"] == operation]
        times = [row["microseconds"] for row in mine]
        # Dots: a bar has no length where there is no zero.
        plot.plot(times, [row["rung"] for row in mine], "o", markersize=7)
        plot.set_xscale("log")
        plot.set_xlim(min(everything) / 2, max(everything) * 8)
        plot.set_ylim(-0.6, len(mine) - 0.4)
        for place, row in enumerate(mine):
            words = _faster(row["faster"]) if place else f"{times[0] / 1000:.0f} ms"
            plot.text(times[place] * 1.35, place, words, va="center", fontsize=9)
        plot.set_title(operation, loc="left")
        plot.invert_yaxis()
        plot.grid(axis="y", visible=False)
    grid[-1, 0].set_xlabel("microseconds")
    best = {row["operation"]: row["faster"] for row in rows}
    alt = "Time of each rung: " + "; ".join(
        f"{operation}, the library is {_faster(best[operation])} Python" for operation in operations
    )
    return plots.show(figure, alt + ".", f"Measured on {rows[0]['machine']}.")


def growth(rows: list[Row], axis: str) -> Picture:
    """Draw time and memory of a training step along an axis; the caption says why they grow so.

    Parameters
    ----------
    rows
        ``measured("growth")``.
    axis
        "batch", "width", "depth", "sequence length" or "image side".
    """
    if axis not in _REASONS:
        raise ValueError(f"axis is {axis!r}: expected one of {', '.join(map(repr, _REASONS))}")
    figure, (left, right) = plots.axes(1, 2, height=2.9)
    powers: dict[str, float] = {}
    for threads in sorted({row["threads"] for row in rows}, reverse=True):
        mine = [row for row in rows if row["axis"] == axis and row["threads"] == threads]
        values = [row["value"] for row in mine]
        times = [row["us"] / 1000 for row in mine]
        name = f"{threads} thread{'s' if threads > 1 else ''}"
        left.loglog(values, times, "o-", markersize=5, label=name)
        powers.setdefault("time", _power(values, times))
        if all(row["memory_bytes"] for row in mine):
            size = [row["memory_bytes"] / 2**20 for row in mine]
            right.loglog(values, size, "o-", markersize=5, label=name)
            powers.setdefault("memory", _power(values, size))
    for plot, title in ((left, "milliseconds a step"), (right, "MiB")):
        plot.set_title(title, loc="left")
        plot.set_xticks(values, map(str, values))
        plot.minorticks_off()
        plot.set_xlabel(axis)
    left.legend()
    fitted = " and ".join(f"{what} as its power {power:.2f}" for what, power in powers.items())
    sentence = f"With {axis} grows {fitted} (fitted to the three largest)."
    return plots.show(figure, sentence, f"{sentence} {_REASONS[axis]}")


def race(rows: list[Row]) -> Picture:
    """Draw accuracy against seconds of training; ``measured("time_to_accuracy")``."""
    figure, plot = plots.axes()
    names = {key: (name, colour) for key, name, colour, _ in _CONTESTANTS}
    told = []
    for row in rows:
        name, colour = names[row["contestant"]]
        curve = row["curve"]
        plot.plot([point["seconds"] for point in curve], [point["accuracy"] for point in curve],
                  "o-", markersize=5, color=palette.COLOURS[colour][0], label=name)  # fmt: skip
        took = "does not" if row["seconds"] is None else f"after {row['seconds']:.0f} s"
        told.append(f"{name} {took}")
    goal = rows[0]["goal"]
    plot.axhline(goal, color=palette.INK, linewidth=1, linestyle=":")
    plot.set(xlabel="seconds of training", ylabel="accuracy on the test images", xlim=(0, None))
    plot.legend(loc="lower right")
    alt = f"Accuracy on test images, an epoch a dot. {goal:.0%} are reached: {'; '.join(told)}."
    return plots.show(figure, alt, f"Measured on {rows[0]['machine']}.")


def _power(values: list[float], amounts: list[float]) -> float:
    """Return p of amount ∝ value^p, by least squares through the last three logarithms."""
    x = [math.log(value) for value in values[-3:]]
    y = [math.log(amount) for amount in amounts[-3:]]
    middle, height = sum(x) / len(x), sum(y) / len(y)
    above = sum((a - middle) * (b - height) for a, b in zip(x, y, strict=True))
    return above / sum((a - middle) ** 2 for a in x)


def _chosen(name: str, words: str) -> bool:
    return " step, " in name if words == "step" else name.startswith(words)


def _short(name: str) -> str:
    """Return a workload's name without what all of its kind say."""
    for start in ("train ", "predict "):
        name = name.removeprefix(start)
    return name.replace(", 10,000,000 parameters", "").replace(" batch norm, dropout", " + norm")


def _faster(times: float) -> str:
    return f"{times:,.1f} ×" if times < 10 else f"{times:,.0f} ×"


def _floor_words(rows: list[Row]) -> str:
    if not any(row.get("floor_us") for row in rows):
        return ""
    if all(" step, " in row["workload"] for row in rows):
        return "The floor is the time in which memory moves as many bytes."
    return "The floor is the time of the same matrix products alone, by BLAS."
