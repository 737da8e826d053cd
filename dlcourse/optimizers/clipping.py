"""Clipping: keeping one bad batch from throwing the parameters far away."""

import math

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
    gradients = parameters.gradients
    kernels = kernels_for(gradients)
    learning = [segment.part for segment in parameters.segments() if segment.rate > 0]
    norm = math.sqrt(sum(kernels.sum_of_squares(gradients[part]) for part in learning))
    if not math.isfinite(norm):
        raise validation.NotFiniteError(
            f"the gradients have norm {norm}: expected finite gradients; a lower learning rate or "
            "a smaller first scale of the weights may help"
        )
    if norm > limit:
        for part in learning:
            kernels.scale_in_place(gradients[part], limit / norm)
    return norm


def clip_by_value(parameters: Parameters, limit: float) -> None:
    """Hold every gradient within ±limit, each by itself: g ← min(max(g, -limit), limit).

    The direction changes where some are clipped and others not. NaN stays NaN.
    """
    limit = validation.number("limit", limit, above=0)
    kernels_for(parameters.gradients).clip_values(parameters.gradients, limit)
