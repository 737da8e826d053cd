"""Mistakes in ``evolve(objective, parents, losses, chosen, noise, low, high)``."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def measured(objective, points):
    """Train with each point's settings; what has diverged is infinitely bad."""
    values = np.array([float(objective(point)) for point in points])
    return np.where(np.isnan(values), np.inf, values)


def surviving(points, values, count):
    """Keep the best, best first; the earlier ones of equals."""
    order = np.argsort(values, kind="stable")[:count]
    return points[order], values[order]


def grown(objective, parents, losses, children):
    """Measure the children and let the best of all survive."""
    everyone = np.concatenate([parents, children])
    values = np.concatenate([losses, measured(objective, children)])
    return surviving(everyone, values, len(parents))


def born(parents, chosen, noise, low, high):
    """Make the children."""
    return np.clip(parents[chosen] + noise, low, high)


@known_mistake(
    MISTAKES,
    "You let only children survive and drop the parents. A parent that is better than the children "
    "stays: what was good is never lost.",
)
def parents_always_die(objective, parents, losses, chosen, noise, low, high):
    children = born(parents, chosen, noise, low, high)
    return surviving(children, measured(objective, children), len(parents))


@known_mistake(
    MISTAKES,
    "You train the parents again. Their losses are known and are handed to you: a training costs "
    "hours.",
)
def parents_measured_again(objective, parents, losses, chosen, noise, low, high):
    children = born(parents, chosen, noise, low, high)
    return grown(objective, parents, measured(objective, parents), children)


@known_mistake(
    MISTAKES,
    "You do not keep the children inside the box: cut them off at low and high with np.clip.",
)
def children_leave_the_box(objective, parents, losses, chosen, noise, low, high):
    return grown(objective, parents, losses, parents[chosen] + noise)


@known_mistake(
    MISTAKES,
    "You cut the children off at low alone. high is a limit, too.",
)
def cut_off_at_low_alone(objective, parents, losses, chosen, noise, low, high):
    return grown(objective, parents, losses, np.maximum(parents[chosen] + noise, low))


@known_mistake(
    MISTAKES,
    "You cut off the noise and not the child: np.clip belongs around parents[chosen] + noise.",
)
def noise_cut_off(objective, parents, losses, chosen, noise, low, high):
    return grown(objective, parents, losses, parents[chosen] + np.clip(noise, low, high))


@known_mistake(
    MISTAKES,
    "Children that leave the box die in your version. They are put onto its edge and measured "
    "there.",
)
def leavers_die(objective, parents, losses, chosen, noise, low, high):
    children = parents[chosen] + noise
    inside = np.all((children >= low) & (children <= high), axis=1)
    return grown(objective, parents, losses, children[inside])


@known_mistake(
    MISTAKES,
    "You measure the children before they are cut off at the box: their losses belong to other "
    "settings. Clip first.",
)
def measured_before_clipping(objective, parents, losses, chosen, noise, low, high):
    free = parents[chosen] + noise
    everyone = np.concatenate([parents, np.clip(free, low, high)])
    values = np.concatenate([losses, measured(objective, free)])
    return surviving(everyone, values, len(parents))


@known_mistake(
    MISTAKES,
    "The worst survive in your version: small losses are good, so sort upwards.",
)
def worst_survive(objective, parents, losses, chosen, noise, low, high):
    everyone = np.concatenate([parents, born(parents, chosen, noise, low, high)])
    values = np.concatenate([losses, measured(objective, everyone[len(parents) :])])
    order = np.argsort(-values, kind="stable")[: len(parents)]
    return everyone[order], values[order]


@known_mistake(
    MISTAKES,
    "The right ones survive, but not in order. Return them best first, so that parents[0] is the "
    "best so far.",
)
def survivors_not_sorted(objective, parents, losses, chosen, noise, low, high):
    everyone = np.concatenate([parents, born(parents, chosen, noise, low, high)])
    values = np.concatenate([losses, measured(objective, everyone[len(parents) :])])
    order = np.sort(np.argsort(values, kind="stable")[: len(parents)])
    return everyone[order], values[order]


@known_mistake(
    MISTAKES,
    "You sort the losses and leave the settings in their old order: each survivor gets another "
    "one's loss. Use one order for both, np.argsort.",
)
def losses_sorted_by_themselves(objective, parents, losses, chosen, noise, low, high):
    everyone = np.concatenate([parents, born(parents, chosen, noise, low, high)])
    values = np.concatenate([losses, measured(objective, everyone[len(parents) :])])
    return everyone[: len(parents)], np.sort(values)[: len(parents)]


@known_mistake(
    MISTAKES,
    "You return parents and children together. Only as many survive as there were parents, {p}.",
)
def nobody_dies(objective, parents, losses, chosen, noise, low, high):
    everyone = np.concatenate([parents, born(parents, chosen, noise, low, high)])
    values = np.concatenate([losses, measured(objective, everyone[len(parents) :])])
    return surviving(everyone, values, len(everyone))


@known_mistake(
    MISTAKES,
    "You return the best one alone. A population of {p} survives; one alone would soon be stuck.",
)
def only_the_best_survives(objective, parents, losses, chosen, noise, low, high):
    best, loss = grown(objective, parents, losses, born(parents, chosen, noise, low, high))
    return best[0], loss[0]


@known_mistake(
    MISTAKES,
    "All your children come from the best parent. Child number j comes from parent chosen[j].",
)
def children_of_the_best_alone(objective, parents, losses, chosen, noise, low, high):
    children = born(parents, np.zeros_like(chosen), noise, low, high)
    return grown(objective, parents, losses, children)


@known_mistake(
    MISTAKES,
    "You take the parents in turn and ignore chosen: child number j comes from parent chosen[j].",
)
def chosen_ignored(objective, parents, losses, chosen, noise, low, high):
    children = born(parents, np.arange(len(chosen)) % len(parents), noise, low, high)
    return grown(objective, parents, losses, children)


@known_mistake(
    MISTAKES,
    "Your child is its parent times 1 + noise. A setting of 0 could then never change: add the "
    "noise.",
)
def noise_as_a_factor(objective, parents, losses, chosen, noise, low, high):
    children = np.clip(parents[chosen] * (1 + noise), low, high)
    return grown(objective, parents, losses, children)


@known_mistake(
    MISTAKES,
    "You subtract the noise. Child number j is parents[chosen[j]] + noise[j].",
)
def noise_subtracted(objective, parents, losses, chosen, noise, low, high):
    return grown(objective, parents, losses, born(parents, chosen, -noise, low, high))


@known_mistake(
    MISTAKES,
    "Your children are the noise alone and know nothing of their parents: that is random search.",
)
def noise_alone(objective, parents, losses, chosen, noise, low, high):
    return grown(objective, parents, losses, np.clip(noise, low, high))


@known_mistake(
    MISTAKES,
    "You draw noise of your own. The caller has done so, so that a search can be repeated: use "
    "noise.",
)
def noise_drawn_again(objective, parents, losses, chosen, noise, low, high):
    again = np.random.default_rng(0).normal(size=noise.shape)
    return grown(objective, parents, losses, born(parents, chosen, again, low, high))


@known_mistake(
    MISTAKES,
    "You compare each child with its own parent and replace it. Here all compete with all: put "
    "parents and children together and keep the best.",
)
def child_against_its_parent(objective, parents, losses, chosen, noise, low, high):
    children = born(parents, chosen, noise, low, high)
    values = measured(objective, children)
    new, kept = parents.copy(), losses.copy()
    for mother, child, value in zip(chosen, children, values, strict=True):
        if value < kept[mother]:
            new[mother], kept[mother] = child, value
    return surviving(new, kept, len(parents))


@known_mistake(
    MISTAKES,
    "Of a parent and a child that are exactly as good, yours keeps the child. The earlier one "
    "stays: parents before children in a stable sort, kind='stable'.",
)
def children_win_ties(objective, parents, losses, chosen, noise, low, high):
    children = born(parents, chosen, noise, low, high)
    everyone = np.concatenate([children, parents])
    values = np.concatenate([measured(objective, children), losses])
    return surviving(everyone, values, len(parents))


@known_mistake(
    MISTAKES,
    "A child that has diverged survives as if its loss were 0. nan is no loss: put inf in its "
    "place.",
)
def diverged_counts_as_zero(objective, parents, losses, chosen, noise, low, high):
    everyone = np.concatenate([parents, born(parents, chosen, noise, low, high)])
    found = [float(objective(point)) for point in everyone[len(parents) :]]
    return surviving(everyone, np.concatenate([losses, np.nan_to_num(found)]), len(parents))


@known_mistake(
    MISTAKES,
    "You write the survivors into the caller's parents and losses. Make new arrays.",
)
def parents_changed_in_place(objective, parents, losses, chosen, noise, low, high):
    best, values = grown(objective, parents, losses, born(parents, chosen, noise, low, high))
    parents[...], losses[...] = best, values
    return parents, losses


@known_mistake(
    MISTAKES,
    "You train children again to compare them. Each call of objective is a whole training: keep "
    "the losses in an array.",
)
def children_trained_twice(objective, parents, losses, chosen, noise, low, high):
    children = born(parents, chosen, noise, low, high)
    measured(objective, children)
    return grown(objective, parents, losses, children)
