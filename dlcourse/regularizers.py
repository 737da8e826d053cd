"""Regularizers: a price for large weights, with its gradient, and a bound on them.

A penalty belongs between the backward pass and the optimizer's step:

    value = loss.forward(y, target) + penalty.forward(model.parameters)
    model.backward(loss.backward())
    penalty.backward(model.parameters)
    optimizer.step()
"""

from typing import Any

from dlcourse import validation
from dlcourse.buffers import Buffers
from dlcourse.devices import device_of
from dlcourse.kernels import kernels_for
from dlcourse.parameters import Parameters


def _kind(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"kind is {validation.describe(value)}: expected 'weight' or 'all'")
    return value


class ElasticNet:
    """Penalty Σ (l1 |w| + l2/2 w²), with the gradient l1 sign(w) + l2 w.

    Parameters
    ----------
    l1, l2
        The two strengths.
    kind
        Which parameters are penalized: "weight" (not biases, which shift and cannot overfit much),
        another kind, or "all".

    Notes
    -----
    Zou and Hastie 2005, with the mixture given by its two strengths. sign(0) is 0, so a weight at
    exactly 0 is not pushed away.
    """

    def __init__(self, l1: float, l2: float, kind: str = "weight") -> None:
        self.l1 = validation.number("l1", l1, least=0)
        self.l2 = validation.number("l2", l2, least=0)
        self.kind = _kind(kind)

    @property
    def options(self) -> dict[str, Any]:
        """The arguments the penalty was made with, as its representation shows them."""
        return {"l1": self.l1, "l2": self.l2, "kind": self.kind}

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.options.items())
        return f"{type(self).__name__}({arguments})"

    def forward(self, parameters: Parameters) -> float:
        """Return the penalty, to be added to the loss."""
        values = parameters.values
        kernels = kernels_for(values)
        chosen = [one.part for one in parameters.segments(self.kind) if one.chosen]
        return sum(
            (float(kernels.penalty_value(values[part], self.l1, self.l2)) for part in chosen), 0.0
        )

    def backward(self, parameters: Parameters) -> None:
        """Add the penalty's gradient to the gradients that the model's backward pass wrote."""
        values, gradients = parameters.values, parameters.gradients
        kernels = kernels_for(values)
        for segment in parameters.segments(self.kind):
            if segment.chosen:
                part = segment.part
                kernels.add_penalty_gradient(values[part], gradients[part], self.l1, self.l2)


class L1(ElasticNet):
    """Penalty strength · Σ |w|, with the gradient strength · sign(w): pulls all alike towards 0.

    The pull does not fade near 0, so weights that do little end there (Tibshirani 1996). By
    gradient steps they hover about 0 within η · strength rather than reach it.
    """

    def __init__(self, strength: float, kind: str = "weight") -> None:
        super().__init__(validation.number("strength", strength, least=0), 0.0, kind)

    @property
    def options(self) -> dict[str, Any]:
        return {"strength": self.l1, "kind": self.kind}


class L2(ElasticNet):
    """Penalty strength/2 · Σ w², with the gradient strength · w: pulls large weights most.

    With the half, ``L2(λ)`` is PyTorch's ``weight_decay=λ`` in SGD and Adam; Keras's and
    scikit-learn's conventions differ (Keras's ``l2(λ)`` is Σ w² without the half, ``L2(2 λ)``).
    Krogh and Hertz 1992.
    """

    def __init__(self, strength: float, kind: str = "weight") -> None:
        super().__init__(0.0, validation.number("strength", strength, least=0), kind)

    @property
    def options(self) -> dict[str, Any]:
        return {"strength": self.l2, "kind": self.kind}


class MaxNorm:
    """Bound on each unit's incoming weights, ‖w[:, o]‖ ≤ limit, enforced after a step.

    A column that is too long is scaled down to the limit; its direction stays. For a convolution
    the column is one output channel's whole filter. Srebro and Shraibman 2005; with dropout, so
    that large steps can be taken: Srivastava, Hinton et al. 2014, §5.1.

    Parameters
    ----------
    limit
        The largest norm; 3 or 4 are usual.
    kind
        Which parameters are bounded, among those with two axes or more.
    """

    def __init__(self, limit: float, kind: str = "weight") -> None:
        self.limit = validation.number("limit", limit, above=0)
        self.kind = _kind(kind)
        self._buffers = Buffers()

    def __repr__(self) -> str:
        return f"MaxNorm(limit={self.limit!r}, kind={self.kind!r})"

    def apply(self, parameters: Parameters) -> None:
        """Scale down, in place, what is too long; what is frozen stays."""
        parameters.segments(self.kind)  # refuses a kind that the model does not have
        for parameter in parameters:
            w = parameter.value
            if w.ndim < 2 or parameter.rate == 0 or self.kind not in ("all", parameter.kind):
                continue
            columns = w.shape[-1]
            self._buffers.allocate_by(device_of(w).empty)
            factor = self._buffers.get("factor", (columns,), w.dtype)
            kernels_for(w).limit_column_norms(w.reshape(-1, columns), self.limit, factor)
