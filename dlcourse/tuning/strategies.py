"""Which settings come next: Optuna's samplers by name, each trial's draws from its number."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import optuna
from optuna.distributions import BaseDistribution
from optuna.pruners import BasePruner
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, TrialState

from dlcourse import validation
from dlcourse.tuning.gaussian_process import GaussianProcessSampler
from dlcourse.tuning.space import Choice, Space

Making = Callable[[int], BaseSampler]


def _tpe(seed: int) -> BaseSampler:
    # Settings depend on one another (a large batch wants a large rate): one estimate for all.
    return optuna.samplers.TPESampler(seed=seed, multivariate=True, constant_liar=True)


def _cma_es(seed: int) -> BaseSampler:
    return optuna.samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False)


def _nsga_ii(seed: int) -> BaseSampler:
    # Fifty, Optuna's own size of a generation, is more than most searches here have in all.
    return optuna.samplers.NSGAIISampler(seed=seed, population_size=16)


#: What ``search`` takes as ``strategy``; "grid" needs the space and is made in ``sampler``.
STRATEGIES: dict[str, Making] = {
    "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    "tpe": _tpe,
    "gp": lambda seed: GaussianProcessSampler(seed=seed),
    "cma-es": _cma_es,
    "nsga-ii": _nsga_ii,
}

PRUNERS: dict[str, Callable[[], BasePruner]] = {
    "median": lambda: optuna.pruners.MedianPruner(n_startup_trials=4),
    "halving": lambda: optuna.pruners.SuccessiveHalvingPruner(1, reduction_factor=3),
    "hyperband": optuna.pruners.HyperbandPruner,
}


class Reseeded(BaseSampler):
    """Another sampler, made anew for each trial with a seed from the trial's number.

    A sampler's own generator would begin at the beginning again when a search goes on, and draw
    the same settings a second time. So does nothing: what trial 17 draws depends on the seed, on
    its number, and on what is known by then, whoever asks and however often it was interrupted.
    """

    def __init__(self, seed: int, make: Making) -> None:
        self._seed, self._make = seed, make
        self._inner = make(trial_seed(seed, 0))

    def before_trial(self, study: optuna.Study, trial: FrozenTrial) -> None:
        self._inner = self._make(trial_seed(self._seed, trial.number))
        self._inner.before_trial(study, trial)

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        return self._inner.infer_relative_search_space(study, trial)

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        return self._inner.sample_relative(study, trial, search_space)

    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        return self._inner.sample_independent(study, trial, param_name, param_distribution)

    def after_trial(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        state: TrialState,
        values: Sequence[float] | None,
    ) -> None:
        # A grid would stop Optuna's own loop here, and there is none: `search` counts its points.
        if not isinstance(self._inner, optuna.samplers.GridSampler):
            self._inner.after_trial(study, trial, state, values)


def trial_seed(seed: int, number: int) -> int:
    """Return a seed for one trial of a search; neighbours have nothing in common."""
    return int(np.random.SeedSequence((seed, number)).generate_state(1)[0])


def sampler(
    strategy: str | BaseSampler, space: Space, trials: int, seed: int, objectives: int
) -> tuple[BaseSampler, int]:
    """Return what draws the settings, and how many trials it can make use of.

    Raises
    ------
    TypeError, ValueError
        There is no such strategy, or it cannot do what was asked for.
    """
    if isinstance(strategy, BaseSampler):
        return strategy, trials
    names = ("grid", *STRATEGIES)
    if not isinstance(strategy, str) or strategy not in names:
        raise ValueError(
            f"strategy is {validation.describe(strategy)}: expected {', '.join(map(repr, names))} "
            "or a sampler of Optuna's"
        )
    if objectives > 1 and strategy in {"gp", "cma-es"}:
        raise ValueError(
            f"strategy is {strategy!r}, which knows one aim, and direction names {objectives}: "
            "expected 'nsga-ii', 'tpe', 'random' or 'grid'"
        )
    if strategy == "cma-es":
        _check_cma_es(space)
    if strategy == "grid":
        grid = space.grid_within(trials)
        points = math.prod(map(len, grid.values()))
        # One order of the grid for all trials: a trial's number is its place in it.
        return Reseeded(seed, lambda _: optuna.samplers.GridSampler(grid, seed=seed)), points
    return Reseeded(seed, STRATEGIES[strategy]), trials


def _check_cma_es(space: Space) -> None:
    numbers = [name for name in space if not isinstance(space[name], Choice)]
    if len(numbers) < 2:
        raise ValueError(
            f"strategy is 'cma-es' and {space} has {len(numbers)} numbers: expected at least two, "
            "since it learns how numbers change together"
        )
    try:
        import cmaes  # noqa: F401
    except ImportError:
        raise ImportError(
            "strategy is 'cma-es', which needs a package that is not installed: pip install cmaes"
        ) from None


def pruner(wanted: str | BasePruner | None) -> BasePruner:
    """Return what stops hopeless trials; None: nothing does."""
    if wanted is None:
        return optuna.pruners.NopPruner()
    if isinstance(wanted, BasePruner):
        return wanted
    if not isinstance(wanted, str) or wanted not in PRUNERS:
        raise ValueError(
            f"pruner is {validation.describe(wanted)}: expected "
            f"{', '.join(map(repr, PRUNERS))}, None or a pruner of Optuna's"
        )
    return PRUNERS[wanted]()
