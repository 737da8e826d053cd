"""Pictures of a hyperparameter search: its history, its settings, what mattered, who is best.

They take what ``dlcourse.tuning.search`` returns, and look at nothing of it but its records.
"""

import math
from collections.abc import Sequence
from typing import Any

from dlcourse.figures import palette, plots
from dlcourse.figures.picture import Picture

#: Colour and sign of a trial by how it ended.
_MARKS = {
    "complete": ("forward", "o"),
    "pruned": ("backward", "v"),
    "diverged": ("bad", "x"),
    "failed": ("bad", "+"),
}
#: Name, colour and line of each strategy in a comparison.
_STRATEGIES = {
    "grid": ("grid", "bad", "--"),
    "random": ("random", "backward", "-"),
    "tpe": ("TPE", "other", "-"),
    "cma-es": ("CMA-ES", "good", "-."),
    "gp": ("Gaussian process", "forward", "-"),
}


def search_history(result: Any, value: str = "value") -> Picture:
    """Draw each trial's value, and the best so far.

    Parameters
    ----------
    result
        What ``search`` returned, with one aim.
    value
        What the value is, for the axis: "validation loss".
    """
    records = result.trials
    figure, plot = plots.axes()
    best = result.best_so_far()
    plot.step(range(len(best)), best, where="post", color=palette.COLOURS["good"][0],
              label="best so far")  # fmt: skip
    shown = [r.value for r in records if r.value is not None]
    floor = max(shown) + 0.08 * (max(shown) - min(shown) or 1.0)
    for state, (colour, sign) in _MARKS.items():
        mine = [r for r in records if r.state == state]
        if not mine:
            continue
        # What has no value stands on a line of its own above all others.
        heights = [floor if r.value is None else r.value for r in mine]
        if state == "pruned":
            heights = [list(r.curve.values())[-1] if r.curve else floor for r in mine]
        plot.plot([r.number for r in mine], heights, sign, markersize=5, label=state,
                  color=palette.COLOURS[colour][0])  # fmt: skip
    plot.set(xlabel="trial", ylabel=value)
    figure.legend(*plot.get_legend_handles_labels(), loc="outside upper center", ncols=4,
                  frameon=False)  # fmt: skip
    alt = f"{value} of {len(records)} trials; the best is {best[-1]:.4g}."
    return plots.show(figure, alt)


def search_importance(result: Any) -> Picture:
    """Draw each setting's share in how much the values vary; ``result.importance()``."""
    shares = result.importance()
    figure, plot = plots.axes(height=0.9 + 0.36 * len(shares))
    plot.barh(list(shares), list(shares.values()), color=palette.COLOURS["forward"][0], height=0.6)
    for place, share in enumerate(shares.values()):
        plot.text(share + 0.01, place, f"{share:.0%}", va="center", fontsize=9)
    plot.invert_yaxis()
    plot.set(xlabel="share of the variance of the values", xlim=(0, 1.12 * max(shares.values())))
    plot.grid(axis="y", visible=False)
    told = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
    return plots.show(figure, f"Share of the variance by setting: {told}.")


def search_slices(result: Any, value: str = "value") -> Picture:
    """Draw the value against each setting by itself; complete trials only."""
    records = [r for r in result.trials if r.state == "complete"]
    names = list(result.space)
    columns = 2 if len(names) > 1 else 1
    rows = math.ceil(len(names) / columns)
    figure, grid = plots.axes(rows, columns, height=2.3 * rows, squeeze=False, sharey=True)
    for plot, name in zip(grid.flat, names, strict=False):
        drawn, _, ticks = _axis(result.space[name], [r.settings[name] for r in records])
        plot.plot(drawn, [r.value for r in records], "o", markersize=4, alpha=0.7)
        plot.set(xlabel=name.replace("_", " "))
        _ticks(plot, ticks)
    for plot in grid[:, 0]:
        plot.set_ylabel(value)
    for plot in list(grid.flat)[len(names) :]:
        plot.set_visible(False)
    return plots.show(figure, f"{value} of {len(records)} trials against {', '.join(names)}.")


def search_parallel(result: Any, value: str = "value", best: float = 0.2) -> Picture:
    """Draw each trial as a line through its settings, the best share of them in colour.

    Parameters
    ----------
    result
        What ``search`` returned, with one aim.
    value
        What the value is.
    best
        The share of the complete trials that counts as good.
    """
    records = [r for r in result.trials if r.state == "complete"]
    names = list(result.space)
    down = result.directions[0] == "minimize"
    order = sorted(records, key=lambda r: r.value, reverse=down)  # the best last, above the others
    good = max(1, round(best * len(order)))
    figure, plot = plots.axes(height=3.6)
    columns = []
    for place, name in enumerate(names):
        drawn, (low, high), ticks = _axis(result.space[name], [r.settings[name] for r in order])
        columns.append([(v - low) / (high - low) for v in drawn])
        for tick, words in ticks:
            plot.text(place + 0.03, (tick - low) / (high - low), words, fontsize=8.5,
                      va="center")  # fmt: skip
        plot.axvline(place, color=palette.INK, linewidth=1, alpha=0.5)
    for i in range(len(order)):
        chosen = i >= len(order) - good
        plot.plot(
            range(len(names)), [column[i] for column in columns],
            color=palette.COLOURS["good"][0] if chosen else palette.INK,
            alpha=0.9 if chosen else 0.15, linewidth=1.6 if chosen else 0.8,
        )  # fmt: skip
    plot.set_xticks(range(len(names)), [name.replace("_", "\n") for name in names], fontsize=10)
    plot.set_yticks([])
    plot.set_xlim(-0.15, len(names) - 0.6)
    plot.spines["left"].set_visible(False)
    plot.grid(visible=False)
    words = f"Each line is a trial; the {good} best by {value} are green."
    return plots.show(figure, f"{words} Axes: {', '.join(names)}.", words)


def regret(rows: Sequence[dict[str, Any]]) -> Picture:
    """Draw how far from the best each strategy is after each trial; ``measured("searches")``.

    The bands are two standard errors to each side.
    """
    figure, plot = plots.axes(height=3.7)
    told = []
    for row in rows:
        name, colour, line = _STRATEGIES[row["strategy"]]
        trials = range(1, len(row["mean"]) + 1)
        shade = palette.COLOURS[colour][0]
        plot.plot(trials, row["mean"], line, color=shade, label=name, linewidth=1.8)
        low = [m - 2 * e for m, e in zip(row["mean"], row["error"], strict=True)]
        high = [m + 2 * e for m, e in zip(row["mean"], row["error"], strict=True)]
        plot.fill_between(trials, low, high, color=shade, alpha=0.15, linewidth=0)
        told.append(f"{name} {row['mean'][-1]:.3f}")
    plot.set_yscale("log")
    ticks = [t for t in (1.0, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01) if t >= 0.7 * plot.get_ylim()[0]]
    plot.set_yticks(ticks, [f"{t:g}" for t in ticks])
    plot.minorticks_off()
    plot.set(xlabel="trials", ylabel="regret")
    figure.legend(*plot.get_legend_handles_labels(), loc="outside upper center", ncols=3,
                  frameon=False)  # fmt: skip
    words = f"Mean regret of {rows[0]['searches']} searches a strategy"
    return plots.show(figure, f"{words}, at the end: {', '.join(told)}.", f"{words}.")


def _axis(
    domain: Any, values: list
) -> tuple[list[float], tuple[float, float], list[tuple[float, str]]]:
    """Return where values stand on a domain's axis, the axis's ends, and its ticks with words."""
    options = getattr(domain, "options", None)
    if options is not None:
        places = {repr(option): float(place) for place, option in enumerate(options)}
        ticks = [(places[repr(option)], str(option)) for option in options]
        return [places[repr(v)] for v in values], (0.0, len(options) - 1.0), ticks
    low, high = float(domain.low), float(domain.high)
    if not domain.log:
        middle = (low + high) / 2
        return [float(v) for v in values], (low, high), [(t, f"{t:g}") for t in (low, middle, high)]
    low, high = math.log10(low), math.log10(high)
    powers = list(range(math.ceil(low), math.floor(high) + 1))
    powers = powers[:: math.ceil(len(powers) / 3)] if powers else []
    marks = [float(power) for power in powers] if len(powers) > 1 else [low, high]
    words = [(mark, f"{10**mark:.3g}".replace("e-0", "e-")) for mark in marks]
    return [math.log10(v) for v in values], (low, high), words


def _ticks(plot: Any, ticks: list[tuple[float, str]]) -> None:
    plot.set_xticks([place for place, _ in ticks], [words for _, words in ticks])
