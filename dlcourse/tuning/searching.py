"""The search: ask for settings, train, tell what came of it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import optuna
from optuna.pruners import BasePruner, NopPruner
from optuna.samplers import BaseSampler
from optuna.storages import BaseStorage, InMemoryStorage
from optuna.trial import TrialState

from dlcourse import validation
from dlcourse.tuning import strategies
from dlcourse.tuning.progress import Progress
from dlcourse.tuning.result import OUTCOME, SearchResult
from dlcourse.tuning.space import Space
from dlcourse.tuning.storage import open_storage
from dlcourse.tuning.trial import Outcome, Trial, run_trial

#: So many failures of one kind in a row, and nothing else before, mean that ``train`` is wrong.
HOPELESS = 3


class SearchFailed(RuntimeError):
    """The function to be searched never got to its end."""


def search(
    train: Callable[[Trial], Any],
    space: Space,
    *,
    trials: int,
    strategy: str | BaseSampler = "tpe",
    seed: int = 0,
    direction: str | Sequence[str] = "minimize",
    pruner: str | BasePruner | None = None,
    storage: str | Path | BaseStorage = "searches.sqlite",
    name: str = "search",
    resume: bool = False,
    workers: int = 1,
    cluster: Any = None,
    progress: bool = True,
) -> SearchResult:
    """Call ``train`` with settings from ``space`` and keep what comes of it.

    Parameters
    ----------
    train
        Takes a ``Trial``, which is a mapping of settings by name, and returns the number that
        counts, such as a validation loss. What ``trial.report`` or the callback ``trial.watch()``
        say meanwhile is what a pruner judges by.
    space
        What to search.
    trials
        How many trials in all, those that were there before included.
    strategy
        "grid" (the finest of at most ``trials`` points), "random", "tpe" (a tree of Parzen
        estimators), "gp" (a Gaussian process with expected improvement), "cma-es", "nsga-ii" (for
        several aims), or a sampler of Optuna's.
    seed
        The same seed gives the same trials, interrupted or not, if ``train`` does what its trial's
        seed says. With several workers this holds for "grid" and "random" alone: what the others
        know when they draw depends on who is done first.
    direction
        "minimize" or "maximize"; for several aims a sequence of them, and ``train`` returns as many
        numbers.
    pruner
        "median" stops a trial that is worse than the median of the others at that epoch; "halving"
        and "hyperband" let the best third go on to three times as many epochs; None stops none.
        Or a pruner of Optuna's.
    storage, name
        Where the trials are kept and under what name: see ``open_storage``. Several machines share
        a database or a ``.log`` file; ":memory:" keeps nothing.
    resume
        Go on with the search of this name if there is one. The space, strategy, seed and direction
        must be what they were.
    workers
        How many processes train at a time. More than one are processes of Dask's on this machine,
        so in a script the call stands below ``if __name__ == "__main__":``.
    cluster
        The address of a Dask scheduler, or a Dask client, whose workers are to train instead;
        ``workers`` is then how many trials run at a time (if it is 1, one for each thread there).
    progress
        Show a progress bar.

    Returns
    -------
    SearchResult
        Every trial, the best of them, and which settings mattered.

    Raises
    ------
    TypeError, ValueError
        An argument is wrong; nothing was trained.
    SearchFailed
        The first trials all failed with the same kind of error, which is not the settings' fault.

    Notes
    -----
    A trial that raises is recorded with its reason, and the search goes on. One that diverges
    (``TrainingDiverged``, or a value that is not finite) counts as a bad one, so that "tpe" and
    "gp" keep away from there. A worker that dies loses its trial alone: the trial is trained once
    more elsewhere, and recorded as failed if that worker dies as well.

    Ctrl-C, or the notebook's stop button, ends the search and returns what there is.
    """
    if not callable(train):
        raise TypeError(f"train is {validation.describe(train)}: expected a function of a Trial")
    if not isinstance(space, Space):
        raise TypeError(f"space is {validation.describe(space)}: expected a Space")
    trials = validation.count("trials", trials)
    seed = validation.count("seed", seed, least=0)
    workers = validation.count("workers", workers)
    directions = _directions(direction)
    sampler, most = strategies.sampler(strategy, space, trials, seed, len(directions))
    stopper = strategies.pruner(pruner)
    if len(directions) > 1 and not isinstance(stopper, NopPruner):
        raise ValueError("pruner is for searches with one aim: expected None")
    if not isinstance(name, str) or not name:
        raise TypeError(f"name is {validation.describe(name)}: expected a text")
    kept = open_storage(storage)
    spread = workers > 1 or cluster is not None
    if spread and isinstance(kept, InMemoryStorage) and not isinstance(stopper, NopPruner):
        raise ValueError(
            f"storage is {storage!r}, which no other process can see, and a pruner asks what the "
            "others reported: expected a file or a database"
        )
    if spread and isinstance(storage, BaseStorage):
        raise ValueError("storage is an object of Optuna's: expected its address, for the workers")
    described = {
        "space": repr(dict(space.items())),
        "strategy": strategy if isinstance(strategy, str) else type(strategy).__name__,
        "seed": seed,
    }
    study = _study(kept, name, sampler, stopper, directions, described, resume)

    job = Job(train, space, study, seed, min(trials, most), storage, stopper)
    stopped = None
    with Progress(job.total, progress) as bar:
        if not spread:
            finished: Iterator[Outcome] = job.here()
        else:
            from dlcourse.tuning.sweep import on_dask

            finished = on_dask(job, workers, cluster)
        seen: list[Outcome] = []
        bar.update(SearchResult(study, space, storage))
        try:
            for outcome in finished:
                seen.append(outcome)
                bar.update(SearchResult(study, space, storage))
                _check_hopeless(seen)
        except KeyboardInterrupt:
            stopped = f"interrupted after {len(seen)} trials"
        finally:
            finished.close()  # type: ignore[attr-defined]
    return SearchResult(study, space, storage, stopped)


class Job:
    """A search under way: what to call, what is still to do, and the way from asking to telling.

    Attributes
    ----------
    total
        How many finished trials the search is to have.
    """

    def __init__(
        self,
        train: Callable[[Trial], Any],
        space: Space,
        study: optuna.Study,
        seed: int,
        total: int,
        storage: Any,
        pruner: BasePruner,
    ) -> None:
        self.train, self.study, self.seed, self.total = train, study, seed, total
        self.storage, self.pruner = storage, pruner
        self.objectives = len(study.directions)
        self._distributions = space.distributions()

    def remaining(self) -> int:
        """Return how many trials are still to be finished, by whomever."""
        done = sum(t.state.is_finished() for t in self.study.get_trials(deepcopy=False))
        return max(self.total - done, 0)

    def ask(self) -> optuna.trial.Trial:
        """Return a new trial of Optuna's, with its settings."""
        return self.study.ask(self._distributions)

    def trial(self, asked: optuna.trial.Trial) -> Trial:
        """Return what ``train`` is given for it in this process."""
        line = None if isinstance(self.pruner, NopPruner) and self.objectives > 1 else asked
        return Trial(
            asked.params, asked.number, strategies.trial_seed(self.seed, asked.number), line
        )

    def tell(self, asked: optuna.trial.Trial, outcome: Outcome) -> None:
        """Record how a trial ended."""
        if outcome.state == "complete":
            self.study.tell(asked, outcome.values)
            return
        asked.set_user_attr(OUTCOME, (outcome.state, outcome.reason))
        # To Optuna a pruned trial is a bad one, a failed one is no trial: who diverges is bad.
        bad = outcome.state == "pruned" or (outcome.state == "diverged" and self.objectives == 1)
        self.study.tell(asked, state=TrialState.PRUNED if bad else TrialState.FAIL)

    def here(self) -> Iterator[Outcome]:
        """Train one trial after the other in this process."""
        while self.remaining():
            asked = self.ask()
            try:
                outcome = run_trial(self.train, self.trial(asked), self.objectives)
            except BaseException:
                self.tell(asked, Outcome("failed", reason="interrupted"))
                raise
            self.tell(asked, outcome)
            yield outcome


def _directions(direction: str | Sequence[str]) -> list[str]:
    directions = [direction] if isinstance(direction, str) else list(direction)
    if not directions or not set(directions) <= {"minimize", "maximize"}:
        raise ValueError(
            f"direction is {validation.describe(direction)}: expected 'minimize' or 'maximize', or "
            "a sequence of them"
        )
    return directions


def _study(
    storage: BaseStorage,
    name: str,
    sampler: BaseSampler,
    pruner: BasePruner,
    directions: list[str],
    described: dict[str, Any],
    resume: bool,
) -> optuna.Study:
    """Return a new study, or the one of this name to go on with, after checking that it fits."""
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)  # it tells what the progress bar shows
    try:
        there = next(
            (s for s in optuna.get_all_study_summaries(storage) if s.study_name == name), None
        )
        if there is not None and not resume:
            raise ValueError(
                f"storage holds a search named {name!r} with {there.n_trials} trials: expected "
                "resume=True to go on with it, or another name"
            )
        study = optuna.create_study(
            storage=storage, study_name=name, sampler=sampler, pruner=pruner,
            directions=directions, load_if_exists=True,  # type: ignore[arg-type]
        )  # fmt: skip
    finally:
        optuna.logging.set_verbosity(level)
    described = {**described, "direction": [d.name.lower() for d in study.directions]}
    if there is None:
        study.set_user_attr("search", described)
    before = study.user_attrs.get("search", {})
    for what, value in {**described, "direction": directions}.items():
        if before.get(what) != value:
            raise ValueError(
                f"{what} is {value!r}, and the search named {name!r} was begun with "
                f"{before.get(what)!r}: expected the same, or another name"
            )
    return study


def _check_hopeless(seen: list[Outcome]) -> None:
    """Stop a search whose first trials all raised the same error."""
    kinds = {outcome.reason.split(":")[0] for outcome in seen}
    if len(seen) == HOPELESS and len(kinds) == 1 and all(o.state == "failed" for o in seen):
        raise SearchFailed(
            f"train failed in each of the first {HOPELESS} trials, the last time with "
            f"{seen[-1].reason}"
        )
