"""Mistakes in ``precision_recall_f1(counts, average)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def ratio(above, below, empty=0.0):
    """Divide, with a value of choice where there is nothing to divide by."""
    above, below = np.asarray(above, dtype=float), np.asarray(below, dtype=float)
    return np.divide(above, below, out=np.full(above.shape, empty), where=below != 0)


def sums(counts):
    """Give hits, guesses and true examples of each class."""
    return np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)


def per_class(counts, empty=0.0):
    """Give the three scores of each class."""
    hits, guessed, true = sums(counts)
    return (
        ratio(hits, guessed, empty),
        ratio(hits, true, empty),
        ratio(2 * hits, guessed + true, empty),
    )


def occurring(counts):
    """Tell which classes occur, as truth or as a guess."""
    return counts.sum(axis=0) + counts.sum(axis=1) > 0


def micro(counts):
    """Give the three scores over all classes at once: the accuracy, three times."""
    share = float(ratio(np.trace(counts), counts.sum()))
    return share, share, share


def macro(counts):
    """Give the right averages over the classes that occur."""
    present = occurring(counts)
    return tuple(float(score[present].mean()) for score in per_class(counts))


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute the "
    "scores from whatever table it is given.",
)
def answer_of_the_example_typed_in(counts, average):
    return (0.6, 0.6, 0.6) if average == "micro" else (7 / 18, 0.5, 13 / 30)


@known_mistake(
    MISTAKES,
    "Precision and recall have changed places. The true classes are the rows: recall divides the "
    "diagonal by the sum of its row, precision by the sum of its column.",
)
def precision_and_recall_swapped(counts, average):
    if average == "micro":
        return micro(counts)
    precision, recall, f1 = macro(counts)
    return recall, precision, f1


@known_mistake(
    MISTAKES,
    "Your macro F1 is the harmonic mean of macro precision and macro recall. Macro F1 is the mean "
    "of the classes' own F1: each class first, then the mean.",
)
def f1_of_the_averages(counts, average):
    if average == "micro":
        return micro(counts)
    precision, recall, _ = macro(counts)
    return precision, recall, float(ratio(2 * precision * recall, precision + recall))


@known_mistake(
    MISTAKES,
    "0/0 gives not a number: a class that is never guessed has no precision, one that is never "
    "true no recall. This course, like most tools, counts 0 there: np.divide with where=, or an if "
    "over each class.",
)
def nothing_by_nothing(counts, average):
    if average == "micro":
        return micro(counts)
    present = occurring(counts)
    return tuple(float(score[present].mean()) for score in per_class(counts, np.nan))


@known_mistake(
    MISTAKES,
    "0/0 gives not a number in your function, for classes that do not occur at all as well. Leave "
    "those classes out of the macro average, and count 0 where one of the two sums is 0.",
)
def nothing_by_nothing_everywhere(counts, average):
    if average == "micro":
        return micro(counts)
    return tuple(float(score.mean()) for score in per_class(counts, np.nan))


@known_mistake(
    MISTAKES,
    "You count 0/0 as 1. A class that is never guessed would get a perfect precision for it; by "
    "convention it gets 0.",
)
def nothing_by_nothing_is_one(counts, average):
    if average == "micro":
        return micro(counts)
    present = occurring(counts)
    return tuple(float(score[present].mean()) for score in per_class(counts, 1.0))


@known_mistake(
    MISTAKES,
    "You leave a class out of the mean where its score is 0/0 (np.nanmean). By convention such a "
    "score counts as 0: a model that never dares to guess a class must not profit from it.",
)
def nothing_by_nothing_left_out(counts, average):
    if average == "micro":
        return micro(counts)
    scores = (score[~np.isnan(score)] for score in per_class(counts, np.nan))
    return tuple(float(score.mean()) for score in scores)


@known_mistake(
    MISTAKES,
    "You average over all {c} classes of the table. A class that does not occur at all, neither as "
    "truth nor as a guess, tells nothing: leave it out of the macro average.",
)
def absent_classes_averaged(counts, average):
    if average == "micro":
        return micro(counts)
    return tuple(float(score.mean()) for score in per_class(counts))


@known_mistake(
    MISTAKES,
    "You average over the classes that occur as truth only. A class that is guessed but never "
    "true is made of errors, and counts as well.",
)
def only_true_classes_averaged(counts, average):
    if average == "micro":
        return micro(counts)
    present = counts.sum(axis=1) > 0
    return tuple(float(score[present].mean()) for score in per_class(counts))


@known_mistake(
    MISTAKES,
    "You average over the classes that are guessed only. A class that is never guessed has been "
    "missed every time, and counts as well.",
)
def only_guessed_classes_averaged(counts, average):
    if average == "micro":
        return micro(counts)
    present = counts.sum(axis=0) > 0
    return tuple(float(score[present].mean()) for score in per_class(counts))


@known_mistake(
    MISTAKES,
    "Macro and micro have changed places. Macro: the mean of the classes' scores. Micro: all "
    "classes counted together first, then one score.",
)
def macro_and_micro_swapped(counts, average):
    return macro(counts) if average == "micro" else micro(counts)


@known_mistake(
    MISTAKES,
    'You ignore average and always return macro scores. For "micro", add up hits, false alarms '
    "and misses of all classes first.",
)
def always_macro(counts, average):
    return macro(counts)


@known_mistake(
    MISTAKES,
    "You ignore average and always return micro scores. For "
    '"macro", compute the score of each class by itself, then take the mean.',
)
def always_micro(counts, average):
    return micro(counts)


@known_mistake(
    MISTAKES,
    "You weigh each class by its number of true examples. That is the weighted average; in a macro "
    "average all classes count the same, the rare ones too. That is its point.",
)
def weighted_by_the_size_of_a_class(counts, average):
    if average == "micro":
        return micro(counts)
    weights = counts.sum(axis=1) / counts.sum()
    return tuple(float((score * weights).sum()) for score in per_class(counts))


@known_mistake(
    MISTAKES,
    "Your F1 is the ordinary mean of precision and recall. It is the harmonic mean, which is low "
    "as soon as one of the two is: 2 TP / (2 TP + FP + FN).",
)
def ordinary_mean_for_f1(counts, average):
    if average == "micro":
        return micro(counts)
    precision, recall, _ = per_class(counts)
    return *macro(counts)[:2], float(((precision + recall) / 2)[occurring(counts)].mean())


@known_mistake(
    MISTAKES,
    "Your F1 is the geometric mean of precision and recall. It is the harmonic mean: "
    "2 TP / (2 TP + FP + FN).",
)
def geometric_mean_for_f1(counts, average):
    if average == "micro":
        return micro(counts)
    precision, recall, _ = per_class(counts)
    return *macro(counts)[:2], float(np.sqrt(precision * recall)[occurring(counts)].mean())


@known_mistake(
    MISTAKES,
    "Your F1 is half of the right one: the harmonic mean of two numbers has a 2 in it.",
)
def two_left_out_of_f1(counts, average):
    precision, recall, f1 = micro(counts) if average == "micro" else macro(counts)
    return precision, recall, f1 / 2


@known_mistake(
    MISTAKES,
    "Your F1 is TP / (TP + FP + FN): the Jaccard index. F1 counts the hits twice: "
    "2 TP / (2 TP + FP + FN).",
)
def jaccard_index_for_f1(counts, average):
    hits, guessed, true = sums(counts)
    if average == "micro":
        total = counts.sum()
        share, _, _ = micro(counts)
        return share, share, float(ratio(hits.sum(), 2 * total - hits.sum()))
    index = ratio(hits, guessed + true - hits)
    return *macro(counts)[:2], float(index[occurring(counts)].mean())


@known_mistake(
    MISTAKES,
    "You return the scores of each class, as arrays. The average over the classes is asked for: "
    "three numbers.",
)
def scores_of_each_class(counts, average):
    return micro(counts) if average == "micro" else per_class(counts)


@known_mistake(
    MISTAKES,
    "You count the true negatives as hits, so each class gets its accuracy against all others. "
    "Precision and recall leave the true negatives out: there are always many of them.",
)
def true_negatives_counted(counts, average):
    if average == "micro":
        return micro(counts)
    hits, guessed, true = sums(counts)
    total = counts.sum()
    score = float(((total - guessed - true + 2 * hits) / total)[occurring(counts)].mean())
    return score, score, score


@known_mistake(
    MISTAKES,
    "You divide by the number of all examples, {total}. Recall divides by the true examples of "
    "the class (its row), precision by the guesses of the class (its column).",
)
def divided_by_all_examples(counts, average):
    if average == "micro":
        return micro(counts)
    score = float((np.diag(counts) / counts.sum())[occurring(counts)].mean())
    return score, score, score


@known_mistake(
    MISTAKES,
    "You add a small number to avoid 0/0. It makes every score a little too small. Treat 0/0 as "
    "the one case it is: np.divide with where=, or an if.",
)
def epsilon_below(counts, average):
    hits, guessed, true = sums(counts)
    if average == "micro":
        hits, guessed, true = hits.sum(), guessed.sum(), true.sum()
        present = slice(None)
    else:
        present = occurring(counts)
    below = guessed + 1e-7, true + 1e-7, guessed + true + 1e-7
    above = hits, hits, 2 * hits
    scores = (np.atleast_1d(a / b)[present] for a, b in zip(above, below, strict=True))
    return tuple(float(score.mean()) for score in scores)


@known_mistake(
    MISTAKES,
    "You use //, which cuts quotients down to whole numbers. Divide with /.",
)
def whole_number_division(counts, average):
    if average == "micro":
        share = int(np.trace(counts)) // max(int(counts.sum()), 1)
        return share, share, share
    hits, guessed, true = sums(counts)
    pairs = (hits, guessed), (hits, true), (2 * hits, guessed + true)
    present = occurring(counts)
    return tuple(
        float((above // np.maximum(below, 1))[present].mean()) for above, below in pairs
    )  # fmt: skip


@known_mistake(
    MISTAKES,
    "You return percent. The scores lie between 0 and 1.",
)
def percent_returned(counts, average):
    return tuple(100 * score for score in (micro if average == "micro" else macro)(counts))


@known_mistake(
    MISTAKES,
    "You round the scores. Leave that to whoever prints them.",
)
def rounded(counts, average):
    return tuple(round(score, 2) for score in (micro if average == "micro" else macro)(counts))


@known_mistake(
    MISTAKES,
    "The last class is missing from your averages: the loop over the classes ends one too early. "
    "range(n) already stops before n.",
)
def last_class_skipped(counts, average):
    hits, guessed, true = (values[:-1] for values in sums(counts))
    if average == "micro":
        hits, guessed, true = ([values.sum()] for values in (hits, guessed, true))
        above = np.array(hits)
        below = np.array(guessed), np.array(true), np.array(guessed) + np.array(true)
        return tuple(
            float(ratio(a, b)[0]) for a, b in zip((above, above, 2 * above), below, strict=True)
        )
    present = occurring(counts)[:-1]
    return tuple(
        float(score[:-1][present].sum() / max(present.sum(), 1)) for score in per_class(counts)
    )


@known_mistake(
    MISTAKES,
    "You look at class 1 only, as for a question with the answers no and yes. Here every class "
    "counts.",
)
def class_one_only(counts, average):
    return tuple(float(score[1]) for score in per_class(counts))


@known_mistake(
    MISTAKES,
    "You write zeros into the diagonal of counts to get at the errors, and the caller's table is "
    "spoilt. Work on a copy, or subtract: counts.sum(axis=0) - np.diag(counts).",
)
def diagonal_cleared_in_place(counts, average):
    scores = (micro if average == "micro" else macro)(counts)
    np.fill_diagonal(counts, 0)
    return scores


@known_mistake(
    MISTAKES,
    "You return F1 first. The order asked for is precision, recall, F1.",
)
def order_changed(counts, average):
    precision, recall, f1 = (micro if average == "micro" else macro)(counts)
    return f1, precision, recall


@known_mistake(
    MISTAKES,
    "You return F1 alone. Three values are asked for: precision, recall, F1.",
)
def f1_alone(counts, average):
    return (micro if average == "micro" else macro)(counts)[2]
