"""What is searched: settings by name, each with the values that it may take."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import optuna.distributions as optuna_distributions

from dlcourse import validation

#: The article's four kinds of hyperparameters.
KINDS = ("optimization", "architecture", "regularization", "data")


@dataclass(frozen=True)
class Real:
    """Any number from ``low`` to ``high``; with ``log`` each power of ten is as likely.

    Learning rates and penalties want ``log``: from 0.0001 to 0.001 is as long a way as from 0.1
    to 1.
    """

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        validation.flag("log", self.log)
        low = validation.number("low", self.low, above=0 if self.log else None)
        validation.number("high", self.high, above=low)

    def distribution(self) -> optuna_distributions.BaseDistribution:
        """Return it in Optuna's words."""
        return optuna_distributions.FloatDistribution(
            float(self.low), float(self.high), log=self.log
        )

    def values(self, points: int) -> list:
        """Return so many values for a grid: the middles of as many strips of equal width."""
        share = (np.arange(points) + 0.5) / points
        if self.log:
            return [float(v) for v in self.low * (self.high / self.low) ** share]
        return [float(v) for v in self.low + (self.high - self.low) * share]


@dataclass(frozen=True)
class Whole:
    """Any whole number from ``low`` to ``high``, both included; ``log`` as for ``Real``."""

    low: int
    high: int
    log: bool = False

    def __post_init__(self) -> None:
        validation.flag("log", self.log)
        low = validation.count("low", self.low, least=1 if self.log else -(2**53))
        validation.count("high", self.high, least=low + 1)

    def distribution(self) -> optuna_distributions.BaseDistribution:
        """Return it in Optuna's words."""
        return optuna_distributions.IntDistribution(int(self.low), int(self.high), log=self.log)

    def values(self, points: int) -> list:
        """Return at most so many values for a grid, in the middles of strips of equal width."""
        share = (np.arange(points) + 0.5) / points
        # Each whole number stands for the strip from half below it to half above it.
        low, high = self.low - 0.5, self.high + 0.5
        places = low * (high / low) ** share if self.log else low + (high - low) * share
        return sorted({int(v) for v in np.clip(np.rint(places), self.low, self.high)})


class Choice:
    """One of several options without an order: numbers, texts, True, False or None."""

    def __init__(self, *options: str | float | bool | None) -> None:
        if len(options) < 2 or len(set(map(repr, options))) < len(options):
            raise ValueError(f"options is {options}: expected two or more, all different")
        for option in options:
            if option is not None and not isinstance(option, (str, int, float, bool)):
                raise TypeError(
                    f"options holds {validation.describe(option)}: expected numbers, texts, True, "
                    "False or None, which a file can keep; let train look up what a name means"
                )
        self.options = options

    def __repr__(self) -> str:
        return f"Choice({', '.join(map(repr, self.options))})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Choice) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))

    def distribution(self) -> optuna_distributions.BaseDistribution:
        """Return it in Optuna's words."""
        return optuna_distributions.CategoricalDistribution(self.options)

    def values(self, points: int) -> list:
        """Return every option: between two of them there is nothing that a grid could leave out."""
        return list(self.options)


Domain = Real | Whole | Choice


class Space(Mapping[str, Domain]):
    """The settings to be searched, in the four kinds that the course tells apart.

    Parameters
    ----------
    optimization, architecture, regularization, data
        ``Real``, ``Whole`` or ``Choice`` by name. Names must differ in all four.

    Examples
    --------
    >>> Space(
    ...     optimization={"learning_rate": Real(1e-4, 1.0, log=True)},
    ...     architecture={"units": Whole(8, 256, log=True), "activation": Choice("relu", "tanh")},
    ...     regularization={"penalty": Real(1e-6, 1e-1, log=True)},
    ... )
    Space(learning_rate, units, activation, penalty)

    Raises
    ------
    TypeError, ValueError
        Something is not a domain, a name comes twice, or there is nothing to search.
    """

    def __init__(
        self,
        *,
        optimization: Mapping[str, Domain] | None = None,
        architecture: Mapping[str, Domain] | None = None,
        regularization: Mapping[str, Domain] | None = None,
        data: Mapping[str, Domain] | None = None,
    ) -> None:
        self._domains: dict[str, Domain] = {}
        #: The kind of each setting, by name.
        self.kinds: dict[str, str] = {}
        groups = (optimization, architecture, regularization, data)
        for kind, group in zip(KINDS, groups, strict=True):
            if group is not None and not isinstance(group, Mapping):
                raise TypeError(
                    f"{kind} is {validation.describe(group)}: expected Real, Whole or Choice by "
                    "name, in a dict"
                )
            for name, domain in (group or {}).items():
                self._add(kind, name, domain)
        if not self._domains:
            raise ValueError("the space is empty: expected at least one setting to search")

    def _add(self, kind: str, name: str, domain: Domain) -> None:
        if not isinstance(name, str) or not name.isidentifier():
            raise ValueError(
                f"{kind} names a setting {name!r}: expected a name such as learning_rate"
            )
        if not isinstance(domain, Domain):
            raise TypeError(
                f"{kind}[{name!r}] is {validation.describe(domain)}: expected Real, Whole or Choice"
            )
        if name in self._domains:
            raise ValueError(
                f"{name!r} is in {self.kinds[name]} and in {kind}: expected each name once"
            )
        self._domains[name] = domain
        self.kinds[name] = kind

    def __getitem__(self, name: str) -> Domain:
        return self._domains[name]

    def __iter__(self) -> Any:
        return iter(self._domains)

    def __len__(self) -> int:
        return len(self._domains)

    def __repr__(self) -> str:
        return f"Space({', '.join(self)})"

    def distributions(self) -> dict[str, optuna_distributions.BaseDistribution]:
        """Return the space in Optuna's words."""
        return {name: domain.distribution() for name, domain in self.items()}

    def grid(self, points: int | Mapping[str, int]) -> dict[str, list]:
        """Return the values of a grid by name; all combinations of them are its points.

        Parameters
        ----------
        points
            How many values a number takes: one count for all, or a count by name. They are the
            middles of strips of equal width, on the logarithm where the domain says so. A
            ``Choice`` always takes all of its options.
        """
        if isinstance(points, Mapping):
            missing = [n for n in self if n not in points and not isinstance(self[n], Choice)]
            if missing:
                raise ValueError(f"points has no count for {missing[0]!r}: expected one for each")
            counts = {
                name: validation.count(f"points[{name!r}]", points.get(name, 1)) for name in self
            }
        else:
            counts = dict.fromkeys(self, validation.count("points", points))
        return {name: domain.values(counts[name]) for name, domain in self.items()}

    def grid_within(self, trials: int) -> dict[str, list]:
        """Return the finest grid, with one count for all numbers, of at most so many points."""
        trials = validation.count("trials", trials)
        best, size = self.grid(1), _size(self.grid(1))
        if size > trials:
            raise ValueError(
                f"trials is {trials}: expected at least {size}, since a grid takes every option "
                "of every Choice"
            )
        for points in range(2, trials + 1):
            finer = self.grid(points)
            if not size <= _size(finer) <= trials or finer == best:
                break
            best, size = finer, _size(finer)
        return best


def _size(grid: Mapping[str, list]) -> int:
    size = 1
    for values in grid.values():
        size *= len(values)
    return size
