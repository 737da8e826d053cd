"""Clipping: keeping one bad batch from throwing the parameters far away."""

import math
from typing import Any

from dlcourse import validation
from dlcourse.kernels import kernels_for
from dlcourse.parameters import Parameters


def clip_by_norm(parameters: Parameters, limit: float) -> float:
    """Scale the gradients to a Euclidean norm of at most ``limit``; return the norm before.

    g ← g · min(1, limit / ‖g‖), with one norm over every parameter that is not frozen: the
    direction stays. Pascanu, Mikolov and Bengio 2013, algorithm 1. PyTorch divides by
    ‖g‖ + 1e-6 instead.

    Raises
    ------
    dlcourse.validation.NotFiniteError
        The norm is not finite; the gradients are left as they are.
    """
    limit = validation.number("limit", limit, above=0)
    return checked_norm(float(clip_norm(parameters, limit)))


def clip_norm(parameters: Parameters, limit: float) -> Any:
    """Do as ``clip_by_norm`` does, and leave a norm that is not finite to ``checked_norm``.

    On a GPU the norm stays there until somebody asks for it, so that nobody waits.
    """
    gradients = parameters.gradients
    learning = [gradients[segment.part] for segment in parameters.segments() if segment.rate > 0]
    return kernels_for(gradients).clip_norm(learning, limit) if learning else 0.0


def checked_norm(norm: float) -> float:
    """Return the norm of gradients, or raise ``NotFiniteError`` where it is not finite."""
    if not math.isfinite(norm):
        raise validation.NotFiniteError(
            f"the gradients have norm {norm}: expected finite gradients; a lower learning rate or "
            "a smaller first scale of the weights may help"
        )
    return norm


def clip_by_value(parameters: Parameters, limit: float) -> None:
    """Hold every gradient within ±limit, each by itself: g ← min(max(g, -limit), limit).

    The direction changes where some are clipped and others not. NaN stays NaN.
    """
    limit = validation.number("limit", limit, above=0)
    kernels_for(parameters.gradients).clip_values(parameters.gradients, limit)
