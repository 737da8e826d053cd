"""What a search found."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import optuna
from optuna.trial import FrozenTrial, TrialState

from dlcourse.tuning.space import Space

#: The key under which a trial says how it ended, where Optuna's own states say too little.
OUTCOME = "outcome"

_NAMES = {
    TrialState.COMPLETE: "complete",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
    TrialState.RUNNING: "running",
    TrialState.WAITING: "waiting",
}


@dataclass(frozen=True)
class Record:
    """A trial as it was recorded.

    Attributes
    ----------
    number
        Which one, from 0 on.
    state
        "complete"; "pruned", stopped as hopeless; "diverged"; "failed", by another error;
        "running", by somebody, or by a process that is no more.
    settings
        What it was given, by name.
    values
        What it returned, a number for each aim; None unless it is complete.
    curve
        What it reported, by epoch.
    seconds
        From its beginning to its end; None while it runs.
    reason
        Why it is not complete, in a sentence.
    """

    number: int
    state: str
    settings: Mapping[str, Any]
    values: tuple[float, ...] | None
    curve: Mapping[int, float]
    seconds: float | None
    reason: str

    @property
    def value(self) -> float | None:
        """What it returned for the first aim."""
        return None if self.values is None else self.values[0]


class SearchResult:
    """All trials of a search, the best of them, and which settings mattered.

    Attributes
    ----------
    space
        What was searched.
    study
        Optuna's own object, for everything that Optuna can do with it.
    name, storage
        What to give to ``search`` to go on.
    stopped
        Why the search ended before its last trial; None if it did not.
    """

    def __init__(
        self, study: optuna.Study, space: Space, storage: Any, stopped: str | None = None
    ) -> None:
        self.study, self.space, self.storage, self.stopped = study, space, storage, stopped
        self.name = study.study_name

    @property
    def directions(self) -> tuple[str, ...]:
        """ "minimize" or "maximize" for each aim."""
        return tuple(direction.name.lower() for direction in self.study.directions)

    @property
    def trials(self) -> list[Record]:
        """Every trial, in the order in which they began."""
        return [_record(trial) for trial in self.study.get_trials(deepcopy=False)]

    @property
    def best(self) -> Record:
        """The best complete trial.

        Raises
        ------
        ValueError
            No trial is complete; or there are several aims, and so no single best: see ``front``.
        """
        if len(self.directions) > 1:
            raise ValueError(
                "the search has several aims, so no trial is the best in all: expected .front"
            )
        complete = self._complete()
        sign = -1.0 if self.directions[0] == "maximize" else 1.0
        return min(complete, key=lambda record: sign * record.values[0])  # type: ignore[index]

    @property
    def front(self) -> list[Record]:
        """The complete trials that no other one beats in every aim (Pareto's front)."""
        self._complete()
        return [_record(trial) for trial in self.study.best_trials]

    def _complete(self) -> list[Record]:
        records = self.trials
        complete = [record for record in records if record.state == "complete"]
        if not complete:
            ended = next((r for r in reversed(records) if r.reason), None)
            last = f"; the last one {ended.state}: {ended.reason}" if ended else ""
            raise ValueError(f"none of {len(records)} trials is complete{last}")
        return complete

    def best_so_far(self) -> list[float]:
        """Return the best value after each trial, nan before the first complete one."""
        lower = self.directions[0] == "minimize"
        best, column = float("nan"), []
        for record in self.trials:
            value = record.value
            if value is not None and (best != best or (value < best if lower else value > best)):
                best = value
            column.append(best)
        return column

    def importance(self) -> dict[str, float]:
        """Return each setting's share in how much the values vary, the largest first.

        By a forest of trees over the complete trials: how much the forecast varies, on average,
        when one setting alone changes. It speaks of the values that were searched: who searches a
        narrow interval finds that the setting does not matter.

        Raises
        ------
        ValueError
            Fewer than four trials are complete, or there are several aims.

        Notes
        -----
        Hutter, Hoos and Leyton-Brown, "An efficient approach for assessing hyperparameter
        importance", 2014 (functional analysis of variance).
        """
        if len(self.directions) > 1:
            raise ValueError("the search has several aims: expected one to explain")
        complete = self._complete()
        if len(complete) < 4:
            raise ValueError(f"{len(complete)} trials are complete: expected at least 4")
        evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
        return optuna.importance.get_param_importances(self.study, evaluator=evaluator)

    def count(self, state: str) -> int:
        """Return how many trials ended so."""
        return sum(record.state == state for record in self.trials)

    def __repr__(self) -> str:
        records = self.trials
        states = [record.state for record in records]
        counts = ", ".join(f"{states.count(s)} {s}" for s in dict.fromkeys(states))
        words = f"SearchResult({self.name!r}: {len(states)} trials, {counts or 'none yet'}"
        if len(self.directions) == 1 and "complete" in states:
            words += f"; best {self.best.value:.4g} with {dict(self.best.settings)}"
        return words + ")"


def _record(trial: FrozenTrial) -> Record:
    state, reason = trial.user_attrs.get(OUTCOME, (_NAMES[trial.state], ""))
    complete = trial.state == TrialState.COMPLETE
    return Record(
        number=trial.number,
        state=state,
        settings=dict(trial.params),
        values=tuple(trial.values) if complete else None,
        curve=dict(trial.intermediate_values),
        seconds=trial.duration.total_seconds() if trial.duration is not None else None,
        reason=reason,
    )
