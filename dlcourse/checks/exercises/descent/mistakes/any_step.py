"""Mistakes that people make in every optimizer's step, whatever its formula is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

Step = Callable[..., tuple[np.ndarray, ...]]


def in_any_step(step: Step, state: Sequence[str], rate_at: int) -> list[Mistake]:
    """
    Give the mistakes of handling that go with a right step.

    Parameters
    ----------
    step
        The right step, from (w, dw, *state, *settings) to (w, *state).
    state
        Names of what the optimizer remembers, as a learner reads them.
    rate_at
        Position of the learning rate among the arguments.
    """
    bank: list[Mistake] = []
    remembered = " and ".join(state)
    order = ", ".join(["w", *state])
    first = state[0]

    @known_mistake(
        bank,
        "Your w goes up the hill. The gradient points to where the loss grows: subtract the step "
        "from w.",
    )
    def step_uphill(*arguments: Any) -> tuple[np.ndarray, ...]:
        w, *kept = step(*arguments)
        return 2 * arguments[0] - w, *kept

    @known_mistake(
        bank,
        "You return how far w moves and not where it arrives: give back w minus the step.",
    )
    def move_returned_in_place_of_the_parameters(*arguments: Any) -> tuple[np.ndarray, ...]:
        w, *kept = step(*arguments)
        return arguments[0] - w, *kept

    @known_mistake(
        bank,
        "You leave the learning rate out: your step is 1 / {rate} times as long as it should be.",
    )
    def rate_left_out(*arguments: Any) -> tuple[np.ndarray, ...]:
        return step(*arguments[:rate_at], 1.0, *arguments[rate_at + 1 :])

    @known_mistake(
        bank,
        "You step with a learning rate of 0.01, whatever the caller asks for: use the argument "
        "rate.",
    )
    def rate_typed_in(*arguments: Any) -> tuple[np.ndarray, ...]:
        return step(*arguments[:rate_at], 0.01, *arguments[rate_at + 1 :])

    @known_mistake(
        bank,
        "You divide by the learning rate. A small rate means small steps: multiply.",
    )
    def divided_by_the_rate(*arguments: Any) -> tuple[np.ndarray, ...]:
        return step(*arguments[:rate_at], 1 / arguments[rate_at], *arguments[rate_at + 1 :])

    @known_mistake(
        bank,
        "You write the new parameters into w itself, as w -= … does. Here w belongs to the caller: "
        "make a new array, w - ….",
    )
    def parameters_changed_in_place(*arguments: Any) -> tuple[np.ndarray, ...]:
        w, *kept = step(*arguments)
        arguments[0][...] = w
        return arguments[0], *kept

    @known_mistake(
        bank,
        f"You write the new {first} into the caller's array, as += and *= do. Make a new array "
        f"and return it.",
    )
    def state_changed_in_place(*arguments: Any) -> tuple[np.ndarray, ...]:
        w, *kept = step(*arguments)
        arguments[2][...] = kept[0]
        return w, arguments[2], *kept[1:]

    @known_mistake(
        bank,
        f"You return w alone. Without the new {remembered} the next step would start from an old "
        f"state: return {order}.",
    )
    def state_not_returned(*arguments: Any) -> np.ndarray:
        return step(*arguments)[0]

    @known_mistake(
        bank,
        f"Your w is right, but what you return as {remembered} is what was handed in. The "
        f"optimizer would never remember anything: return the new values.",
    )
    def old_state_returned(*arguments: Any) -> tuple[np.ndarray, ...]:
        return step(*arguments)[0], *(kept.copy() for kept in arguments[2 : 2 + len(state)])

    @known_mistake(
        bank,
        f"Your results come in another order. Return {order}: the caller unpacks them by position.",
    )
    def state_returned_first(*arguments: Any) -> tuple[np.ndarray, ...]:
        w, *kept = step(*arguments)
        return *kept, w

    @known_mistake(
        bank,
        "Your arrays are float64 although float32 came in: np.zeros(…) and np.float64(…) make "
        "float64. Use np.zeros_like(w), or compute with the arguments themselves.",
    )
    def made_in_float64(*arguments: Any) -> tuple[np.ndarray, ...]:
        return tuple(array.astype(np.float64) for array in step(*arguments))

    @known_mistake(
        bank,
        "Your results are flat, or have lost their axes of length 1: w may be a matrix. Work on "
        "whole arrays; no loop and no reshaping is needed.",
    )
    def results_flattened(*arguments: Any) -> tuple[np.ndarray, ...]:
        return tuple(array.ravel() for array in step(*arguments))

    return bank
