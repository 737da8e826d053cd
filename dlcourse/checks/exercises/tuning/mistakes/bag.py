"""Mistakes in ``bag(fit, x, y, rows, new, classes)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def counted(answers, classes):
    """Count the votes of each new example; ``answers`` has one row for each model."""
    return np.array([np.bincount(column, minlength=classes) for column in np.array(answers).T])


def decided(answers, classes):
    """Give the winners, the smallest class where several have as many, and the votes."""
    votes = counted(answers, classes)
    return votes.argmax(axis=1), votes


def asked(fit, x, y, samples, new):
    """Fit one model for each sample and collect what they say."""
    return [fit(x[sample], y[sample], new) for sample in samples]


@known_mistake(
    MISTAKES,
    "Every model gets all the examples, so all models are the same and vote alike. Model number b "
    "gets the examples rows[b].",
)
def no_bootstrap(fit, x, y, rows, new, classes):
    return decided([fit(x, y, new) for _ in rows], classes)


@known_mistake(
    MISTAKES,
    "You drop the examples that a sample holds twice. They count twice: that is what makes the "
    "models different.",
)
def doubles_dropped(fit, x, y, rows, new, classes):
    return decided(asked(fit, x, y, [np.unique(sample) for sample in rows], new), classes)


@known_mistake(
    MISTAKES,
    "You take x by the sample and leave y as it is: each example gets another one's label. Index "
    "both with rows[b].",
)
def labels_left_behind(fit, x, y, rows, new, classes):
    return decided([fit(x[sample], y, new) for sample in rows], classes)


@known_mistake(
    MISTAKES,
    "Each model learns from the examples that its sample left out. Those are for testing it; it "
    "learns from rows[b].",
)
def learnt_from_what_was_left_out(fit, x, y, rows, new, classes):
    outside = [np.setdiff1d(np.arange(len(x)), sample) for sample in rows]
    return decided(asked(fit, x, y, outside, new), classes)


@known_mistake(
    MISTAKES,
    "All your models learn from the first sample. Model number b gets rows[b].",
)
def same_sample_for_all(fit, x, y, rows, new, classes):
    return decided(asked(fit, x, y, [rows[0]] * len(rows), new), classes)


@known_mistake(
    MISTAKES,
    "You draw samples of your own. The caller has done so: rows[b] holds the examples of model "
    "number b.",
)
def samples_drawn_again(fit, x, y, rows, new, classes):
    again = np.random.default_rng(5).integers(0, len(x), rows.shape)
    # A sample without two classes is no use to a model.
    again[:, : classes - 1] = np.arange(classes - 1)
    return decided(asked(fit, x, y, again, new), classes)


@known_mistake(
    MISTAKES,
    "You pour all samples into one and fit a single model. There is one model for each row of "
    "rows, {models} here.",
)
def one_model_on_all_samples(fit, x, y, rows, new, classes):
    return decided(asked(fit, x, y, [rows.ravel()], new), classes)


@known_mistake(
    MISTAKES,
    "You leave out the last model: range(len(rows) - 1) stops too early.",
)
def last_model_left_out(fit, x, y, rows, new, classes):
    if len(rows) == 1:
        return np.zeros(len(new), dtype=int), np.zeros((len(new), classes), dtype=int)
    return decided(asked(fit, x, y, rows[:-1], new), classes)


@known_mistake(
    MISTAKES,
    "You keep the last model's answers alone. Collect those of all, and count.",
)
def last_model_alone(fit, x, y, rows, new, classes):
    return decided(asked(fit, x, y, rows, new)[-1:], classes)


@known_mistake(
    MISTAKES,
    "You average the labels and round. Classes 0 and 2 do not make class 1: count the votes.",
)
def labels_averaged(fit, x, y, rows, new, classes):
    answers = asked(fit, x, y, rows, new)
    return np.round(np.mean(answers, axis=0)).astype(int), counted(answers, classes)


@known_mistake(
    MISTAKES,
    "You take the median of the labels. Classes have no order: count the votes, and take the most.",
)
def median_of_the_labels(fit, x, y, rows, new, classes):
    answers = asked(fit, x, y, rows, new)
    return np.median(answers, axis=0).astype(int), counted(answers, classes)


@known_mistake(
    MISTAKES,
    "Where two classes have as many votes you take the larger one. Take the smaller, as argmax "
    "does.",
)
def larger_class_wins_ties(fit, x, y, rows, new, classes):
    votes = counted(asked(fit, x, y, rows, new), classes)
    return classes - 1 - votes[:, ::-1].argmax(axis=1), votes


@known_mistake(
    MISTAKES,
    "The class with the fewest votes wins: argmax, not argmin.",
)
def fewest_votes_win(fit, x, y, rows, new, classes):
    votes = counted(asked(fit, x, y, rows, new), classes)
    return votes.argmin(axis=1), votes


@known_mistake(
    MISTAKES,
    "You return the number of votes of the winner. Return which class it is: argmax in place of "
    "max.",
)
def votes_of_the_winner_returned(fit, x, y, rows, new, classes):
    votes = counted(asked(fit, x, y, rows, new), classes)
    return votes.max(axis=1), votes


@known_mistake(
    MISTAKES,
    "Your votes are shares. Return counts, so that each row sums to the number of "
    "models, {models}.",
)
def votes_as_shares(fit, x, y, rows, new, classes):
    predicted, votes = decided(asked(fit, x, y, rows, new), classes)
    return predicted, votes / len(rows)


@known_mistake(
    MISTAKES,
    "Your votes lack columns: a class that nobody votes for has a column of zeros. np.bincount "
    "needs minlength=classes.",
)
def column_of_a_class_without_votes_left_out(fit, x, y, rows, new, classes):
    predicted, votes = decided(asked(fit, x, y, rows, new), classes)
    return predicted, votes[:, : predicted.max() + 1]


@known_mistake(
    MISTAKES,
    "Your votes are the transpose of the right ones: one row for each new example, one column for "
    "each class.",
)
def votes_transposed(fit, x, y, rows, new, classes):
    predicted, votes = decided(asked(fit, x, y, rows, new), classes)
    return predicted, votes.T


@known_mistake(
    MISTAKES,
    "The models vote on the examples that they have learnt from. Ask them about new.",
)
def asked_about_what_they_know(fit, x, y, rows, new, classes):
    return decided(asked(fit, x, y, rows, x), classes)


@known_mistake(
    MISTAKES,
    "Your results come in another order. Return predicted, then votes.",
)
def votes_returned_first(fit, x, y, rows, new, classes):
    return decided(asked(fit, x, y, rows, new), classes)[::-1]


@known_mistake(
    MISTAKES,
    "You sort the caller's samples. That changes rows, which belongs to the caller.",
)
def samples_sorted_in_place(fit, x, y, rows, new, classes):
    found = decided(asked(fit, x, y, rows, new), classes)
    rows.sort(axis=1)
    return found
