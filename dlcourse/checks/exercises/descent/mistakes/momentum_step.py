"""Mistakes in ``momentum_step(w, dw, velocity, rate, momentum)``, the more specific ones first."""

from dlcourse.checks.exercise import Mistake, known_mistake
from dlcourse.checks.exercises.descent.mistakes.any_step import in_any_step

MISTAKES: list[Mistake] = []


def right(w, dw, velocity, rate, momentum):
    """Make the step that a mistake then spoils."""
    velocity = momentum * velocity + dw
    return w - rate * velocity, velocity


@known_mistake(
    MISTAKES,
    "You leave the momentum out: your velocity is the gradient alone, and nothing of the steps "
    "before is remembered. The new velocity is momentum * velocity + dw.",
)
def momentum_left_out(w, dw, velocity, rate, momentum):
    return w - rate * dw, dw.copy()


@known_mistake(
    MISTAKES,
    "Your velocity adds up gradients without forgetting any: the old velocity is to be multiplied "
    "by momentum, {momentum} here.",
)
def nothing_forgotten(w, dw, velocity, rate, momentum):
    velocity = velocity + dw
    return w - rate * velocity, velocity


@known_mistake(
    MISTAKES,
    "Your velocity is a weighted mean, momentum * velocity + (1 - momentum) * dw. That is Adam's "
    "first average; here the gradient counts in full.",
)
def gradient_weighted_down(w, dw, velocity, rate, momentum):
    velocity = momentum * velocity + (1 - momentum) * dw
    return w - rate * velocity, velocity


@known_mistake(
    MISTAKES,
    "You put the rate into the velocity, momentum * velocity - rate * dw, and add it to w, as "
    "Keras does. Here, as in PyTorch, the velocity is made of gradients alone and the rate "
    "multiplies it when w moves: the two differ as soon as the rate changes.",
)
def rate_inside_the_velocity_pointing_down(w, dw, velocity, rate, momentum):
    velocity = momentum * velocity - rate * dw
    return w + velocity, velocity


@known_mistake(
    MISTAKES,
    "You put the rate into the velocity, momentum * velocity + rate * dw, and subtract that from "
    "w. Here, as in PyTorch, the velocity is made of gradients alone and the rate multiplies it "
    "when w moves.",
)
def rate_inside_the_velocity(w, dw, velocity, rate, momentum):
    velocity = momentum * velocity + rate * dw
    return w - velocity, velocity


@known_mistake(
    MISTAKES,
    "You use the rate twice, inside the velocity and again when w moves: your steps are far too "
    "short. It belongs only where w moves.",
)
def rate_used_twice(w, dw, velocity, rate, momentum):
    velocity = momentum * velocity + rate * dw
    return w - rate * velocity, velocity


@known_mistake(
    MISTAKES,
    "You multiply the new gradient by momentum as well, momentum * (velocity + dw). Only the old "
    "velocity fades; the gradient of this step counts in full.",
)
def gradient_faded_too(w, dw, velocity, rate, momentum):
    velocity = momentum * (velocity + dw)
    return w - rate * velocity, velocity


@known_mistake(
    MISTAKES,
    "You move w by the old velocity, so each gradient works one step late. First make the new "
    "velocity, then move w by it.",
)
def moved_by_the_old_velocity(w, dw, velocity, rate, momentum):
    return w - rate * velocity, momentum * velocity + dw


@known_mistake(
    MISTAKES,
    "Your w moves by the gradient alone. The velocity is made and returned, but has to be what "
    "moves w: w - rate * velocity.",
)
def moved_by_the_gradient_alone(w, dw, velocity, rate, momentum):
    return w - rate * dw, momentum * velocity + dw


@known_mistake(
    MISTAKES,
    "You step along dw + momentum * velocity with the new velocity: that is Nesterov's momentum. "
    "Plain momentum, asked for here, moves w by the new velocity itself.",
)
def nesterov(w, dw, velocity, rate, momentum):
    velocity = momentum * velocity + dw
    return w - rate * (dw + momentum * velocity), velocity


@known_mistake(
    MISTAKES,
    "Your velocity points downhill, momentum * velocity - dw. Keep it pointing as the gradient "
    "does, momentum * velocity + dw, and put the minus where w moves: the velocity that comes in "
    "was made that way.",
)
def velocity_pointing_down(w, dw, velocity, rate, momentum):
    velocity = momentum * velocity - dw
    return w + rate * velocity, velocity


@known_mistake(
    MISTAKES,
    "You step along the gradient and along the velocity, which holds the gradient already: it is "
    "counted twice.",
)
def gradient_counted_twice(w, dw, velocity, rate, momentum):
    velocity = momentum * velocity + dw
    return w - rate * dw - rate * velocity, velocity


@known_mistake(
    MISTAKES,
    "You have exchanged the learning rate and the momentum. The momentum multiplies the old "
    "velocity, the rate multiplies the new one where w moves.",
)
def rate_and_momentum_exchanged(w, dw, velocity, rate, momentum):
    return right(w, dw, velocity, momentum, rate)


@known_mistake(
    MISTAKES,
    "You use a momentum of 0.9, whatever the caller asks for: use the argument momentum.",
)
def momentum_typed_in(w, dw, velocity, rate, momentum):
    return right(w, dw, velocity, rate, 0.9)


MISTAKES += in_any_step(right, ["velocity"], rate_at=3)
