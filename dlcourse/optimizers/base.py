"""What every optimizer is: a formula over the flat buffers, and the state it keeps."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from dlcourse import validation
from dlcourse.devices import copy, copy_of, device_of
from dlcourse.kernels import kernels_for
from dlcourse.parameters import Parameters, Segment


class _Stretch(NamedTuple):
    """One segment of the flat buffers with its views of parameters, gradients and state."""

    rate: float
    decays: bool
    values: np.ndarray
    gradients: np.ndarray
    state: tuple[np.ndarray, ...]


class Optimizer:
    """Changes a model's parameters by their gradients, one kernel call a step.

    Parameters
    ----------
    parameters
        ``model.parameters``.
    learning_rate
        η, by which steps are scaled.
    weight_decay
        λ of decoupled decay: each step first multiplies a parameter by 1 - η λ (Loshchilov and
        Hutter 2019). Under plain gradient descent it is the same as an L2 penalty of strength λ
        (``dlcourse.regularizers.L2``); under adaptive methods it is not, since a penalty's
        gradient is divided by what the gradients' size was.
    decay
        What decays: "weight" (not biases, nor the scales of normalization), another kind of
        parameter, or "all". PyTorch decays all.

    Attributes
    ----------
    learning_rate
        May be changed between steps; schedules do.
    steps
        How many steps were taken.
    state
        Named arrays of the size of the flat buffer, or of its ``part`` (velocities, moments), in
        the order in which the kernel takes them; empty where the formula needs no memory. They
        follow the parameters to another device at the next step.
    part
        Which of the parameters steps update: all of them, unless ``keep`` was told otherwise.

    Notes
    -----
    A parameter's own ``rate`` multiplies η for it; where it is 0 the parameter and its state stay
    as they are.
    """

    def __init__(
        self,
        parameters: Parameters,
        learning_rate: float,
        weight_decay: float = 0.0,
        decay: str = "weight",
    ) -> None:
        if not isinstance(parameters, Parameters):
            raise TypeError(
                f"parameters is {validation.describe(parameters)}: expected model.parameters"
            )
        self.parameters = parameters
        self._learning_rate = validation.number("learning_rate", learning_rate, above=0)
        self.weight_decay = validation.number("weight_decay", weight_decay, least=0)
        if not isinstance(decay, str):
            raise TypeError(f"decay is {validation.describe(decay)}: expected 'weight' or 'all'")
        self.decay = decay
        if self.weight_decay:
            parameters.segments(decay)  # refuses a kind that the model does not have
        self.steps = 0
        #: Which of the parameters are updated here: all, unless ``keep`` said otherwise.
        self.part = slice(0, parameters.values.size)
        self.state: dict[str, np.ndarray] = {}
        self._segments: tuple[Segment, ...] | None = None
        self._stretches: list[_Stretch] = []
        #: What a kernel gets for state that an option leaves out.
        self._none: np.ndarray = np.empty(0, parameters.values.dtype)

    @property
    def learning_rate(self) -> float:
        """η, for the next step."""
        return self._learning_rate

    @learning_rate.setter
    def learning_rate(self, rate: float) -> None:
        # Always a Python float: for any other type the kernel would be compiled once more.
        self._learning_rate = validation.number("learning_rate", rate, least=0)

    @property
    def options(self) -> dict[str, Any]:
        """The arguments the optimizer was made with, as its representation shows them."""
        options: dict[str, Any] = {"learning_rate": self.learning_rate, **self._own_options()}
        if self.weight_decay:
            options |= {"weight_decay": self.weight_decay, "decay": self.decay}
        return options

    def _own_options(self) -> dict[str, Any]:
        """Return the options of this formula alone."""
        return {}

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.options.items())
        return f"{type(self).__name__}({arguments})"

    def _keep(self, name: str, value: float = 0.0) -> None:
        """Keep an array under this name, one number for each parameter."""
        p = self.parameters.values
        # Zeros take memory from the system only where they are first changed; a process that will
        # `keep` a part of them never has the rest.
        full = np.full(p.shape, value, p.dtype) if value else np.zeros(p.shape, p.dtype)
        self.state[name] = device_of(p).put(full)

    def keep(self, part: slice) -> None:
        """Update this part of the parameters alone from now on, and keep state for it alone.

        For several processes each of which updates its part (``dlcourse.parallel``). What was
        kept for others is forgotten.
        """
        before = self.part
        if not before.start <= part.start <= part.stop <= before.stop:
            raise ValueError(
                f"part is {part.start}:{part.stop}: expected a stretch within "
                f"{before.start}:{before.stop}, which this optimizer keeps"
            )
        inside = slice(part.start - before.start, part.stop - before.start)
        self.state = {name: copy_of(array[inside]) for name, array in self.state.items()}
        self.part, self._segments = part, None

    def step(self) -> None:
        """Update all parameters in place from their gradients."""
        self.steps += 1
        kernels = kernels_for(self.parameters.values)
        for stretch in self._current_stretches():
            rate = self._learning_rate * stretch.rate
            shrink = 1.0 - rate * self.weight_decay if stretch.decays else 1.0
            self._update(kernels, stretch.values, stretch.gradients, stretch.state, rate, shrink)

    def _update(
        self,
        kernels: ModuleType,
        p: np.ndarray,
        g: np.ndarray,
        state: tuple[np.ndarray, ...],
        rate: float,
        shrink: float,
    ) -> None:
        """Call the kernel on one stretch of the buffers."""
        raise NotImplementedError

    def _current_stretches(self) -> list[_Stretch]:
        """Return views of what is to be updated.

        They are made anew only after a rate has changed, or the parameters have moved.
        """
        segments = self.parameters.segments(self.decay if self.weight_decay else "all")
        if segments is not self._segments:
            self._segments = segments
            p, g = self.parameters.values, self.parameters.gradients
            put = device_of(p).put
            self.state = {name: put(array) for name, array in self.state.items()}
            self._none = put(np.empty(0, p.dtype))
            self._stretches = []
            kept = self.part
            for segment, rate, decays in segments:
                part = slice(max(segment.start, kept.start), min(segment.stop, kept.stop))
                if rate > 0 and part.start < part.stop:
                    inside = slice(part.start - kept.start, part.stop - kept.start)
                    state = tuple(array[inside] for array in self.state.values())
                    decays = decays and self.weight_decay > 0
                    self._stretches.append(_Stretch(rate, decays, p[part], g[part], state))
        return self._stretches

    def snapshot(self) -> dict[str, np.ndarray]:
        """Return copies of all that steps change in the optimizer, for ``restore``."""
        return {
            "steps": np.array(self.steps),
            "learning_rate": np.array(self.learning_rate),
            **{name: copy_of(array) for name, array in self.state.items()},
        }

    def restore(self, snapshot: dict[str, np.ndarray]) -> None:
        """Put back, in place, what ``snapshot`` copied.

        An optimizer that keeps a ``part`` takes it from a snapshot of the whole as well.
        """
        whole = self.parameters.values.shape
        snapshot = {
            name: array[self.part] if name in self.state and array.shape == whole else array
            for name, array in snapshot.items()
        }
        expected = {"steps": (), "learning_rate": ()} | {
            name: array.shape for name, array in self.state.items()
        }
        found = {name: np.shape(array) for name, array in snapshot.items()}
        if found != expected:
            raise ValueError(
                f"snapshot holds {_listed(found)}: expected {_listed(expected)}, those of "
                f"{type(self).__name__}"
            )
        self.steps = int(snapshot["steps"])
        self.learning_rate = float(snapshot["learning_rate"])
        for name, array in self.state.items():
            copy(snapshot[name], array)


def _listed(shapes: Mapping[str, tuple[int, ...]]) -> str:
    return ", ".join(f"{name} {shape}" for name, shape in shapes.items()) or "nothing"
