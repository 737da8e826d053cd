"""Runs side by side: in a table, and as curves."""

import html
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.experiments.log import Record


def _checked(records: Any) -> list[Record]:
    found = list(records)
    for one in found:
        if not isinstance(one, Record):
            raise TypeError(
                f"records holds {validation.describe(one)}: expected what log.records() returned"
            )
    if not found:
        raise ValueError("records is empty: expected at least one run")
    return found


def varied(records: Sequence[Record]) -> list[str]:
    """Return the names of the parameters that are not the same in all of these runs."""
    found = _checked(records)
    names = dict.fromkeys(name for one in found for name in one.parameters)
    return [
        name
        for name in names
        if len({json.dumps(one.parameters.get(name)) for one in found}) > 1
        or any(name not in one.parameters for one in found)
    ]


@dataclass(frozen=True)
class RunTable:
    """A table of runs; prints as text, and as a table in a notebook.

    Attributes
    ----------
    head
        The columns' names.
    rows
        One tuple a row, as texts.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __repr__(self) -> str:
        table = [self.head, *self.rows]
        widths = [max(len(row[column]) for row in table) for column in range(len(self.head))]
        lines = [
            "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True))
            for row in table
        ]
        return "\n".join([lines[0], "─" * len(lines[0]), *lines[1:]])

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(text)}</th>" for text in self.head)
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>"
            for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def compare(records: Sequence[Record], result: str | None = None) -> RunTable:
    """Return what differs between runs and what came of it, a row for each setting.

    Runs that differ in the seed alone are one row: how many there were, and of each result the mean
    with half its 95 % interval, t₀.₉₇₅ s / √n (where there are two runs or more). A row in which
    some run failed says so.

    Parameters
    ----------
    records
        What ``log.records()`` returned, or some of it.
    result
        Put the rows in order of this result, highest first; as they came if None.

    Raises
    ------
    TypeError, ValueError
        ``records`` is empty or holds something else, or no run has that result.
    """
    found = _checked(records)
    columns = varied(found)
    results = list(dict.fromkeys(name for one in found for name in one.results))
    if result is not None and result not in results:
        raise ValueError(f"result is {result!r}: expected one of {', '.join(results) or 'none'}")
    groups: dict[str, list[Record]] = {}
    for one in found:
        groups.setdefault(json.dumps(one.parameters, sort_keys=True), []).append(one)
    grouped = list(groups.values())
    if result is not None:
        grouped.sort(key=lambda runs: _mean(runs, result), reverse=True)
    rows = []
    for runs in grouped:
        settings = [_text(runs[0].parameters.get(name, "–")) for name in columns]
        failed = sum(one.status == "failed" for one in runs)
        count = f"{len(runs)}" + (f", {failed} failed" if failed else "")
        rows.append((*settings, count, *(_spread(runs, name) for name in results)))
    return RunTable((*columns, "runs", *results), tuple(rows))


def _values(runs: Sequence[Record], name: str) -> np.ndarray:
    return np.array([one.results[name] for one in runs if name in one.results], np.float64)


def _mean(runs: Sequence[Record], name: str) -> float:
    values = _values(runs, name)
    return float(values.mean()) if len(values) and np.isfinite(values).all() else -np.inf


def _spread(runs: Sequence[Record], name: str) -> str:
    values = _values(runs, name)
    if len(values) == 0:
        return "–"
    if np.ptp(values) == 0 or not np.isfinite(values).all():  # one value, or always the same
        mean = float(values.mean())
        return f"{mean:,.0f}" if mean.is_integer() else f"{mean:.4g}"
    try:
        from scipy import stats
    except ImportError:
        raise ImportError(
            "intervals need SciPy's statistics, which is not installed: pip install scipy"
        ) from None
    half = stats.t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():.4g} ± {half:.2g}"


def _text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def plot_runs(
    records: Sequence[Record],
    name: str = "validation_loss",
    *,
    label: Callable[[Record], str] | None = None,
    axes: Any = None,
) -> Any:
    """Draw one curve a run, what was recorded as ``name`` by epoch; return matplotlib's axes.

    Parameters
    ----------
    records
        What ``log.records()`` returned, or some of it. Runs without this curve are left out.
    name
        Of a column of their histories.
    label
        What to call a run; runs of the same name get the same colour. By itself, the parameters
        that vary.
    axes
        Where to draw; a new figure otherwise.

    Raises
    ------
    ImportError
        matplotlib is not installed.
    ValueError
        No run has recorded it.
    """
    found = _checked(records)
    shown = [one for one in found if name in one.history]
    if not shown:
        known = ", ".join(dict.fromkeys(key for one in found for key in one.history)) or "nothing"
        raise ValueError(f"name is {name!r}: expected one of {known}, which were recorded")
    if axes is None:
        try:
            import matplotlib.pyplot as plt
        except ImportError:
            raise ImportError(
                "plot_runs draws with matplotlib, which is not installed: pip install matplotlib"
            ) from None
        figure, axes = plt.subplots(figsize=(6.5, 3.2), layout="constrained")
        plt.close(figure)  # shown by whoever asked for it, not once more by the notebook
    columns = varied(found)

    def settings(one: Record) -> str:
        said = [f"{key} {_text(one.parameters.get(key, '–'))}" for key in columns]
        return ", ".join(said) or one.name

    colours: dict[str, str] = {}
    for one in shown:
        title = (label or settings)(one)
        epochs = range(1, len(one.history[name]) + 1)
        (line,) = axes.plot(epochs, one.history[name], color=colours.get(title))
        if title not in colours:
            line.set_label(title)
        colours[title] = line.get_color()
    axes.set(xlabel="epoch", ylabel=name.replace("_", " "))
    axes.legend()
    return axes
