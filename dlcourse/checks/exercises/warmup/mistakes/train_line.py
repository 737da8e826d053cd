"""Mistakes in ``train_line(slopes, w, b, rate, steps)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def run(slopes, w, b, rate, steps):
    """Train, and give what every mistake spoils in its own way."""
    losses = []
    for _ in range(steps):
        loss, dw, db = slopes(w, b)
        losses.append(loss)
        w = w - rate * dw
        b = b - rate * db
    return w, b, np.array(losses)


@known_mistake(
    MISTAKES,
    "You go up the hill. The slopes point to where the loss grows: subtract rate times the slopes.",
)
def steps_uphill(slopes, w, b, rate, steps):
    return run(slopes, w, b, -rate, steps)


@known_mistake(
    MISTAKES,
    "You leave the rate out: your steps are 1 / {rate} times as long as they should be.",
)
def rate_left_out(slopes, w, b, rate, steps):
    return run(slopes, w, b, 1.0, steps)


@known_mistake(
    MISTAKES,
    "You use a rate of 0.1, whatever the caller asks for: use the argument rate.",
)
def rate_typed_in(slopes, w, b, rate, steps):
    return run(slopes, w, b, 0.1, steps)


@known_mistake(
    MISTAKES,
    "You divide by the rate. A small rate means small steps: multiply.",
)
def divided_by_the_rate(slopes, w, b, rate, steps):
    return run(slopes, w, b, 1 / rate, steps)


@known_mistake(
    MISTAKES,
    "You start from zeros. The caller says where to start: w and b.",
)
def started_from_zeros(slopes, w, b, rate, steps):
    return run(slopes, np.zeros_like(w), 0.0, rate, steps)


@known_mistake(
    MISTAKES,
    "Your b never moves. Take a step in both: b - rate * db as well.",
)
def bias_never_moved(slopes, w, b, rate, steps):
    losses = []
    for _ in range(steps):
        loss, dw, _ = slopes(w, b)
        losses.append(loss)
        w = w - rate * dw
    return w, b, np.array(losses)


@known_mistake(
    MISTAKES,
    "Your w never moves. Take a step in both: w - rate * dw as well.",
)
def weights_never_moved(slopes, w, b, rate, steps):
    losses = []
    for _ in range(steps):
        loss, _, db = slopes(w, b)
        losses.append(loss)
        b = b - rate * db
    return w.copy(), b, np.array(losses)


@known_mistake(
    MISTAKES,
    "Your slopes stay those of the w and b that were handed in. They change as w and b move: ask "
    "in every step, at the place that the step before has reached.",
)
def slopes_of_the_start(slopes, w, b, rate, steps):
    loss, dw, db = slopes(w, b)
    return w - rate * steps * dw, b - rate * steps * db, np.full(steps, loss)


@known_mistake(
    MISTAKES,
    "You move w first and then ask for the slope of b at the new w. Both slopes belong to the same "
    "place: ask once, then move both.",
)
def bias_moved_by_later_slopes(slopes, w, b, rate, steps):
    losses = []
    for _ in range(steps):
        loss, dw, _ = slopes(w, b)
        losses.append(loss)
        w = w - rate * dw
        b = b - rate * slopes(w, b)[2]
    return w, b, np.array(losses)


@known_mistake(
    MISTAKES,
    "Your losses are those after each step. losses[0] is the loss at the w and b that were handed "
    "in: keep the loss that comes with the slopes of the step.",
)
def losses_after_the_steps(slopes, w, b, rate, steps):
    losses = []
    for _ in range(steps):
        _, dw, db = slopes(w, b)
        w, b = w - rate * dw, b - rate * db
        losses.append(slopes(w, b)[0])
    return w, b, np.array(losses)


@known_mistake(
    MISTAKES,
    "You record one loss too many: {steps} steps have {steps} losses, each taken before its step. "
    "The loss at the end is not among them.",
)
def loss_at_the_end_as_well(slopes, w, b, rate, steps):
    w, b, losses = run(slopes, w, b, rate, steps)
    return w, b, np.append(losses, slopes(w, b)[0])


@known_mistake(
    MISTAKES,
    "You take one step too few: range(1, steps) and range(steps - 1) have steps - 1 numbers.",
)
def one_step_too_few(slopes, w, b, rate, steps):
    return run(slopes, w, b, rate, steps - 1)


@known_mistake(
    MISTAKES,
    "You take one step too many: range(steps + 1) has steps + 1 numbers.",
)
def one_step_too_many(slopes, w, b, rate, steps):
    return run(slopes, w, b, rate, steps + 1)


@known_mistake(
    MISTAKES,
    "You stop after the first step: is the return inside the loop? It belongs behind it.",
)
def returned_inside_the_loop(slopes, w, b, rate, steps):
    return run(slopes, w, b, rate, min(steps, 1))


@known_mistake(
    MISTAKES,
    "You return the last loss alone. Keep the losses of all steps, in an array.",
)
def last_loss_alone(slopes, w, b, rate, steps):
    w, b, losses = run(slopes, w, b, rate, steps)
    return w, b, losses[-1] if steps else 0.0


@known_mistake(
    MISTAKES,
    "Your losses are a list. Make an array of it at the end: np.array(losses).",
)
def losses_in_a_list(slopes, w, b, rate, steps):
    w, b, losses = run(slopes, w, b, rate, steps)
    return w, b, losses.tolist()


@known_mistake(
    MISTAKES,
    "You return w and b and forget the losses: return w, b, losses.",
)
def losses_forgotten(slopes, w, b, rate, steps):
    return run(slopes, w, b, rate, steps)[:2]


@known_mistake(
    MISTAKES,
    "You stop as soon as the loss is larger than before. Here the caller says how many steps to "
    "take; what a good moment to stop is comes in a later lab.",
)
def stopped_when_the_loss_grew(slopes, w, b, rate, steps):
    losses: list[float] = []
    for _ in range(steps):
        loss, dw, db = slopes(w, b)
        if losses and loss > losses[-1]:
            break
        losses.append(loss)
        w, b = w - rate * dw, b - rate * db
    return w, b, np.array(losses)


@known_mistake(
    MISTAKES,
    "You return the w and b with the lowest loss on the way. Return where the last step arrives.",
)
def best_on_the_way_returned(slopes, w, b, rate, steps):
    losses: list[float] = []
    best = (np.inf, w.copy(), b)
    for _ in range(steps):
        loss, dw, db = slopes(w, b)
        losses.append(loss)
        best = min(best, (loss, w.copy(), b), key=lambda one: one[0])
        w, b = w - rate * dw, b - rate * db
    return best[1], best[2], np.array(losses)


@known_mistake(
    MISTAKES,
    "You add up the slopes of all steps and move by their sum each time: that is momentum, and "
    "comes in a later lab. A plain step uses the slopes of this step alone.",
)
def slopes_added_up(slopes, w, b, rate, steps):
    losses, total_dw, total_db = [], 0, 0
    for _ in range(steps):
        loss, dw, db = slopes(w, b)
        losses.append(loss)
        total_dw, total_db = total_dw + dw, total_db + db
        w, b = w - rate * total_dw, b - rate * total_db
    return w, b, np.array(losses)


@known_mistake(
    MISTAKES,
    "You move w itself, as w -= … does, and so the caller's start is lost. Write w = w - …, which "
    "makes a new array, or begin with w = w.copy().",
)
def weights_moved_in_place(slopes, w, b, rate, steps):
    arrived, b, losses = run(slopes, w, b, rate, steps)
    w[...] = arrived
    return w, b, losses


@known_mistake(
    MISTAKES,
    "Your w is float64 although float32 came in: np.array(…) and np.zeros(…) make float64. Compute "
    "with w itself.",
)
def made_in_float64(slopes, w, b, rate, steps):
    arrived, b, losses = run(slopes, w, b, rate, steps)
    return arrived.astype(np.float64), b, losses
