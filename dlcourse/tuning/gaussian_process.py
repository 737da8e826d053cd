"""Bayesian optimization: a Gaussian process forecasts, expected improvement chooses."""

import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.samplers import BaseSampler
from optuna.trial import FrozenTrial, TrialState
from threadpoolctl import ThreadpoolController

from dlcourse import validation

#: Candidates that a step chooses among: anywhere, and near the best ones so far.
ANYWHERE, NEARBY = 512, 128


def expected_improvement(mean: np.ndarray, deviation: np.ndarray, best: float) -> np.ndarray:
    """Return E[max(best - Y, 0)] for Y normal with this mean and deviation, each (n,).

    With z = (best - mean) / deviation it is (best - mean) Φ(z) + deviation φ(z): what a place is
    worth because it promises much, and because it is unknown. Where the deviation is 0, it is the
    improvement itself, or 0.

    Notes
    -----
    Jones, Schonlau and Welch, "Efficient global optimization of expensive black-box functions",
    1998, equation 15.
    """
    from scipy.special import ndtr

    gain = best - mean
    safe = np.where(deviation > 0, deviation, 1.0)
    z = gain / safe
    value = gain * ndtr(z) + safe * np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)
    return np.where(deviation > 0, value, np.maximum(gain, 0.0))


class GaussianProcessSampler(BaseSampler):
    """A sampler for Optuna: a Gaussian process over all trials, and expected improvement.

    Settings become numbers from 0 to 1 (logarithms where the space says so; an option becomes a
    place of its own, equally far from all others). A Matérn kernel of smoothness 5/2 with a length
    for each setting, and noise, are fitted to the trials by their likelihood. Of random candidates,
    and of some near the best three trials, that of the largest expected improvement comes next.

    A trial that diverged or was pruned counts as bad as the worst complete one, so that the search
    keeps away; a trial that is still running counts as what is forecast for it, so that several
    workers do not try the same. Values far above the median are brought down: how terrible the
    terrible ones are would otherwise decide the scale.

    Parameters
    ----------
    seed
        For the first settings and the candidates.
    startup
        So many trials are drawn at random before there is anything to learn from.

    Notes
    -----
    Snoek, Larochelle and Adams, "Practical Bayesian optimization of machine learning algorithms",
    2012. The kernel is fitted anew only when the trials have grown by a third, to the first so many
    of them: fitting costs tens of milliseconds, and one trial more hardly changes its lengths.
    """

    #: Fitted kernels, by the trials that they were fitted to. A search makes a sampler for each
    #: trial; a new process fits once more and finds the same.
    _kernels: dict[bytes, Any] = {}  # noqa: RUF012  shared by all on purpose

    def __init__(self, seed: int | None = None, startup: int = 6) -> None:
        self._rng = np.random.default_rng(seed)
        self._startup = validation.count("startup", startup, least=2)
        self._random = optuna.samplers.RandomSampler(seed=seed)

    def reseed_rng(self) -> None:
        self._rng = np.random.default_rng()
        self._random.reseed_rng()

    def infer_relative_search_space(
        self, study: optuna.Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        self._raise_error_if_multi_objective(study)
        return optuna.search_space.intersection_search_space(
            study.get_trials(deepcopy=False), include_pruned=True
        )

    def sample_independent(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        return self._random.sample_independent(study, trial, param_name, param_distribution)

    def sample_relative(
        self, study: optuna.Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        axes = {name: _Axis(kind) for name, kind in search_space.items() if not kind.single()}
        trials = [t for t in study.get_trials(deepcopy=False) if axes.keys() <= t.params.keys()]
        known = [t for t in trials if _counts(t)]
        if not axes or len(known) < self._startup:
            return {}
        from sklearn import config_context

        # BLAS's threads would wait for one another by spinning, over matrices of fifty rows: beside
        # other work a step took ten times as long. And what is handed to scikit-learn was made
        # here: to look at it anew in every call took a tenth of the step.
        with (
            _thread_pools().limit(limits=1),
            config_context(assume_finite=True, skip_parameter_validation=True),
        ):
            return self._next(study, trial, axes, trials, known)

    def _next(
        self,
        study: optuna.Study,
        trial: FrozenTrial,
        axes: "dict[str, _Axis]",
        trials: list[FrozenTrial],
        known: list[FrozenTrial],
    ) -> dict[str, Any]:
        sign = -1.0 if study.direction == optuna.study.StudyDirection.MAXIMIZE else 1.0
        x = _units(axes, known)
        y = _targets(known, sign)
        pending = [t for t in trials if t.state == TrialState.RUNNING and t.number != trial.number]

        model = self._model(axes, x, known, sign)
        model.fit(_features(axes, x), y)
        if pending:
            more = _units(axes, pending)
            x, y = np.vstack([x, more]), np.append(y, model.predict(_features(axes, more)))
            model.fit(_features(axes, x), y)

        u = self._candidates(axes, x[np.argsort(y)[:3]])
        fresh = ~(u[:, np.newaxis] == x).all(axis=2).any(axis=1)
        if fresh.any():  # else everything there is has been tried
            u = u[fresh]
        mean, deviation = model.predict(_features(axes, u), return_std=True)
        # Measured losses are noisy: the least is partly luck, the least forecast is less so.
        best = model.predict(_features(axes, x)).min()
        chosen = u[expected_improvement(mean, deviation, best).argmax()]
        places = zip(axes.items(), chosen, strict=True)
        return {name: axis.value(place) for (name, axis), place in places}

    def _candidates(self, axes: "dict[str, _Axis]", good: np.ndarray) -> np.ndarray:
        """Return places to choose among, (candidates, settings)."""
        u = self._rng.random((ANYWHERE, len(axes)))
        centre = good[self._rng.integers(0, len(good), NEARBY)]
        near = centre + self._rng.normal(0, 0.08, centre.shape)
        # An option has no neighbours: keep it, or draw another one.
        for column, axis in enumerate(axes.values()):
            if axis.options:
                redrawn = self._rng.random(NEARBY) < 0.2
                near[:, column] = np.where(redrawn, self._rng.random(NEARBY), centre[:, column])
        u = np.clip(np.vstack([u, near]), 0, 1)
        for column, axis in enumerate(axes.values()):
            u[:, column] = axis.snapped(u[:, column])
        return u

    def _model(
        self, axes: "dict[str, _Axis]", x: np.ndarray, known: list[FrozenTrial], sign: float
    ) -> Any:
        """Return a regressor with a fitted kernel; only the trials are still to be learnt."""
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.gaussian_process import GaussianProcessRegressor
        from sklearn.gaussian_process.kernels import ConstantKernel, Matern, WhiteKernel

        few = self._startup
        while few + max(few // 3, 2) <= len(x):
            few += max(few // 3, 2)
        # What counts as terrible is judged by these alone: later trials would move it, and with it
        # the targets, so that the kernel would be fitted anew each time.
        z, y = _features(axes, x[:few]), _targets(known[:few], sign)
        key = z.tobytes() + y.tobytes()
        if key not in self._kernels:
            kernel = ConstantKernel(1.0, (0.05, 20.0)) * Matern(
                np.full(z.shape[1], 0.5), (0.08, 8.0), nu=2.5
            ) + WhiteKernel(0.05, (1e-4, 0.5))
            learner = GaussianProcessRegressor(kernel, normalize_y=True, optimizer=_likeliest)
            with warnings.catch_warnings():
                # A length at its bound only says that a setting does not matter.
                warnings.simplefilter("ignore", ConvergenceWarning)
                self._kernels[key] = learner.fit(z, y).kernel_
            while len(self._kernels) > 64:
                self._kernels.pop(next(iter(self._kernels)))
        return GaussianProcessRegressor(self._kernels[key], optimizer=None, normalize_y=True)


class _Axis:
    """A setting's values as numbers from 0 to 1."""

    def __init__(self, distribution: BaseDistribution) -> None:
        self.kind = distribution
        self.options = 0
        if isinstance(distribution, CategoricalDistribution):
            self.options = len(distribution.choices)
        else:
            assert isinstance(distribution, (FloatDistribution, IntDistribution))
            half = 0.5 if isinstance(distribution, IntDistribution) else 0.0
            ends = distribution.low - half, distribution.high + half
            self.ends = tuple(np.log(ends)) if distribution.log else ends

    def unit(self, value: Any) -> float:
        """Return where a value lies; an option in the middle of its strip."""
        if self.options:
            return (self.kind.to_internal_repr(value) + 0.5) / self.options
        assert isinstance(self.kind, (FloatDistribution, IntDistribution))
        place = np.log(value) if self.kind.log else value
        return float((place - self.ends[0]) / (self.ends[1] - self.ends[0]))

    def value(self, unit: float) -> Any:
        """Return the value at a place."""
        if self.options:
            return self.kind.to_external_repr(min(int(unit * self.options), self.options - 1))
        assert isinstance(self.kind, (FloatDistribution, IntDistribution))
        place = self.ends[0] + unit * (self.ends[1] - self.ends[0])
        place = float(np.exp(place)) if self.kind.log else float(place)
        place = min(max(place, self.kind.low), self.kind.high)
        return round(place) if isinstance(self.kind, IntDistribution) else place

    def snapped(self, units: np.ndarray) -> np.ndarray:
        """Return the places of the values that these places stand for."""
        if self.options:
            return (
                np.minimum(np.floor(units * self.options), self.options - 1) + 0.5
            ) / self.options
        if isinstance(self.kind, FloatDistribution):
            return units
        assert isinstance(self.kind, IntDistribution)
        first, last = self.ends
        places = first + units * (last - first)
        whole = np.rint(np.exp(places) if self.kind.log else places)
        whole = np.clip(whole, self.kind.low, self.kind.high)
        return ((np.log(whole) if self.kind.log else whole) - first) / (last - first)

    def features(self, units: np.ndarray) -> np.ndarray:
        """Return what the kernel measures distances between, (n, 1) or (n, options)."""
        if not self.options:
            return units[:, np.newaxis]
        which = np.minimum((units * self.options).astype(int), self.options - 1)
        return np.eye(self.options)[which] / np.sqrt(2)  # two options lie 1 apart


@cache
def _thread_pools() -> ThreadpoolController:
    """Return the pools of threads of the libraries in use; to find them takes milliseconds."""
    import sklearn.gaussian_process  # noqa: F401  a library that comes later would not be found

    return ThreadpoolController()


def _likeliest(
    negative: Callable[..., Any], start: np.ndarray, bounds: np.ndarray
) -> tuple[np.ndarray, float]:
    """Return the kernel's parameters of the greatest likelihood, as scikit-learn asks for them.

    A few steps: scikit-learn's own search goes on to the last digit, which cost half a second a
    fit where a loss without noise lets the likelihood rise forever.
    """
    from scipy.optimize import minimize

    found = minimize(
        negative, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 20}
    )
    return found.x, float(found.fun)


def _units(axes: dict[str, _Axis], trials: Sequence[FrozenTrial]) -> np.ndarray:
    return np.array([[axis.unit(t.params[name]) for name, axis in axes.items()] for t in trials])


def _features(axes: dict[str, _Axis], units: np.ndarray) -> np.ndarray:
    columns = zip(axes.values(), units.T, strict=True)
    return np.hstack([axis.features(column) for axis, column in columns])


def _counts(trial: FrozenTrial) -> bool:
    """Whether something can be learnt from a trial: not from one that failed for other reasons."""
    return trial.state in (TrialState.COMPLETE, TrialState.PRUNED)


def _targets(trials: Sequence[FrozenTrial], sign: float) -> np.ndarray:
    """Return what is to be small, float64 (n,): bad trials as the worst, the worst brought down."""
    y = np.array([sign * t.value if t.state == TrialState.COMPLETE else np.nan for t in trials])  # type: ignore[operator]
    complete = y[np.isfinite(y)]
    if not len(complete):
        return np.zeros(len(y))
    middle = np.median(complete)
    limit = middle + 2 * (middle - complete.min())
    if limit == middle:  # half of them share the least value
        limit = complete.max()
    worst = min(complete.max(), limit)
    return np.where(np.isnan(y), worst, np.minimum(y, limit))
