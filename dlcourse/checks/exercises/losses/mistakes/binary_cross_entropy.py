"""Mistakes in ``binary_cross_entropy(logits, target)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def losses(logits, target):
    """Give the right loss of each element, for mistakes that are made elsewhere."""
    return np.maximum(logits, 0) - logits * target + np.log1p(np.exp(-np.abs(logits)))


def sigmoid(logits):
    """Give a right sigmoid, without overflow."""
    small = np.exp(-np.abs(logits))
    return np.where(logits >= 0, 1, small) / (1 + small)


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute the "
    "loss from whatever logits and target it is given.",
)
def answer_of_the_example_typed_in(logits, target):
    return 0.789041204710539


@known_mistake(
    MISTAKES,
    "The minus is missing: both logarithms are negative, and the loss is the negative of their "
    "sum.",
)
def minus_left_out(logits, target):
    return -losses(logits, target).mean()


@known_mistake(
    MISTAKES,
    "You return the sum. The loss is the mean over all {size} numbers.",
)
def summed_not_averaged(logits, target):
    return losses(logits, target).sum()


@known_mistake(
    MISTAKES,
    "You divide by len(logits), {n}, and so sum over the questions of an example. The mean is over "
    "all {size} numbers.",
)
def averaged_over_the_examples_only(logits, target):
    return losses(logits, target).sum() / len(logits)


@known_mistake(
    MISTAKES,
    "Sigmoid first, logarithm afterwards: for a sure network the sigmoid rounds to exactly 0 or 1, "
    "and log(0) is minus infinity (0 times infinity is not a number). Put the two together on "
    "paper first: max(z, 0) − z t + log(1 + exp(−|z|)).",
)
def logarithm_of_a_rounded_sigmoid(logits, target):
    p = sigmoid(logits)
    with np.errstate(divide="ignore", invalid="ignore"):
        return -(target * np.log(p) + (1 - target) * np.log(1 - p)).mean()


@known_mistake(
    MISTAKES,
    "Your formula is right on paper, but exp(−z) overflows for very negative z, and the loss "
    "becomes infinite or not a number. Let only negative numbers into exp: "
    "max(z, 0) − z t + log(1 + exp(−|z|)).",
)
def exponential_of_minus_the_logit(logits, target):
    with np.errstate(over="ignore", invalid="ignore"):
        return ((1 - target) * logits + np.log(1 + np.exp(-logits))).mean()


@known_mistake(
    MISTAKES,
    "Your formula is right on paper, but exp(z) overflows for large z, and the loss becomes "
    "infinite. Let only negative numbers into exp: max(z, 0) − z t + log(1 + exp(−|z|)).",
)
def exponential_of_the_logit(logits, target):
    with np.errstate(over="ignore", invalid="ignore"):
        return (np.log(1 + np.exp(logits)) - logits * target).mean()


@known_mistake(
    MISTAKES,
    "You add a small number inside the logarithms. That hides log(0) and puts a ceiling on the "
    "loss of a network that is sure and wrong. max(z, 0) − z t + log(1 + exp(−|z|)) needs no such "
    "help.",
)
def epsilon_inside_the_logarithm(logits, target):
    p = sigmoid(logits)
    return -(target * np.log(p + 1e-7) + (1 - target) * np.log(1 - p + 1e-7)).mean()


@known_mistake(
    MISTAKES,
    "You clip the probabilities. That hides log(0) and puts a ceiling on the loss of a network "
    "that is sure and wrong. max(z, 0) − z t + log(1 + exp(−|z|)) needs no such help.",
)
def probabilities_clipped(logits, target):
    p = np.clip(sigmoid(logits), 1e-6, 1 - 1e-6)
    return -(target * np.log(p) + (1 - target) * np.log(1 - p)).mean()


@known_mistake(
    MISTAKES,
    "You cut large logits off. That avoids the overflow and changes the answer: beyond the limit "
    "the loss no longer grows. Let only −|z| into exp instead.",
)
def logits_cut_off(logits, target):
    return losses(np.clip(logits, -15, 15), target).mean()


@known_mistake(
    MISTAKES,
    "Only the examples with the answer yes count in your loss: the second term, "
    "(1 − t) log(1 − p), is missing. A network that always says yes would be perfect.",
)
def only_yes_counts(logits, target):
    return (target * np.logaddexp(0, -logits)).mean()


@known_mistake(
    MISTAKES,
    "Only the examples with the answer no count in your loss: the first term, t log p, is missing. "
    "A network that always says no would be perfect.",
)
def only_no_counts(logits, target):
    return ((1 - target) * np.logaddexp(0, logits)).mean()


@known_mistake(
    MISTAKES,
    "Target and opposite are mixed up: log p belongs to t, log(1 − p) to 1 − t. As it stands, the "
    "network is punished for being right.",
)
def yes_and_no_mixed_up(logits, target):
    return losses(logits, 1 - target).mean()


@known_mistake(
    MISTAKES,
    "You use the logits as if they were probabilities. They are any real numbers: the sigmoid "
    "makes probabilities of them.",
)
def logits_taken_for_probabilities(logits, target):
    with np.errstate(divide="ignore", invalid="ignore"):
        return -(target * np.log(logits) + (1 - target) * np.log(1 - logits)).mean()


@known_mistake(
    MISTAKES,
    "The sigmoid is applied twice: the formula max(z, 0) − z t + log(1 + exp(−|z|)) has it built "
    "in already, and wants the logits themselves.",
)
def sigmoid_twice(logits, target):
    return losses(sigmoid(logits), target).mean()


@known_mistake(
    MISTAKES,
    "The absolute value is missing or on the wrong side: in log(1 + exp(−|z|)) the exponent is "
    "never positive. Yours is +|z|.",
)
def exponent_positive(logits, target):
    return (np.maximum(logits, 0) - logits * target + np.logaddexp(0, np.abs(logits))).mean()


@known_mistake(
    MISTAKES,
    "The term max(z, 0) is missing: z t − … alone is only right for negative logits. "
    "log(1 + exp(z)) = max(z, 0) + log(1 + exp(−|z|)).",
)
def maximum_left_out(logits, target):
    return (np.log1p(np.exp(-np.abs(logits))) - logits * target).mean()


@known_mistake(
    MISTAKES,
    "You leave the logarithm out where it is small: max(z, 0) − z t is only the loss of a network "
    "that is very sure. Near 0 the term log(1 + exp(−|z|)) is up to log 2.",
)
def logarithm_left_out(logits, target):
    return (np.maximum(logits, 0) - logits * target).mean()


@known_mistake(
    MISTAKES,
    "This is the hinge loss (max(0, 1 − …)). The cross-entropy is smooth and is never exactly 0.",
)
def hinge_loss(logits, target):
    return np.maximum(0, 1 - (2 * target - 1) * logits).mean()


@known_mistake(
    MISTAKES,
    "You read the target as −1 and 1. Here yes is 1 and no is 0.",
)
def targets_of_plus_and_minus_one(logits, target):
    return np.logaddexp(0, -target * logits).mean()


@known_mistake(
    MISTAKES,
    "This is the mean squared error of the probabilities. It hardly punishes a network for being "
    "sure and wrong, and its gradient vanishes there; the cross-entropy takes logarithms.",
)
def squared_error_of_the_probabilities(logits, target):
    return ((sigmoid(logits) - target) ** 2).mean()


@known_mistake(
    MISTAKES,
    "You take log2. The cross-entropy in training is measured with the natural logarithm.",
)
def logarithm_to_base_two(logits, target):
    return losses(logits, target).mean() / np.log(2)


@known_mistake(
    MISTAKES,
    "You round the target to yes or no. It may be a share, such as 0.75 when three of four people "
    "said yes; both terms then count with their shares.",
)
def target_rounded(logits, target):
    return losses(logits, (target >= 0.5).astype(target.dtype)).mean()


@known_mistake(
    MISTAKES,
    "You choose one of the two terms by target == 1. A target may be a share, such as 0.75; both "
    "terms then count, t log p and (1 − t) log(1 − p).",
)
def one_term_chosen(logits, target):
    return np.where(target == 1, np.logaddexp(0, -logits), np.logaddexp(0, logits)).mean()


@known_mistake(
    MISTAKES,
    "You apply a softmax over the examples. Each logit is a question of its own: a sigmoid for "
    "each.",
)
def softmax_over_the_examples(logits, target):
    shifted = logits - logits.max(axis=0)
    logarithms = shifted - np.log(np.exp(shifted).sum(axis=0))
    return -(target * logarithms).sum() / target.size


@known_mistake(
    MISTAKES,
    "You return one loss for each element. An optimizer needs one number: their mean.",
)
def one_loss_for_each_element(logits, target):
    return losses(logits, target)


@known_mistake(
    MISTAKES,
    "You average over the examples alone (axis=0), so one loss for each question is left. Take the "
    "mean over everything, without an axis.",
)
def one_loss_for_each_question(logits, target):
    return losses(logits, target).mean(axis=0)


@known_mistake(
    MISTAKES,
    "You write into logits (out=logits, or np.abs in place), and the caller's array changes. Let "
    "each step make a new array.",
)
def written_into_the_logits(logits, target):
    loss = np.maximum(logits, 0) - logits * target
    np.abs(logits, out=logits)
    return (loss + np.log1p(np.exp(-logits))).mean()
