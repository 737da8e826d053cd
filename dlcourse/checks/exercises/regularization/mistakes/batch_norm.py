"""Mistakes in ``batch_norm``, the forward pass, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


def normalized(x, mean, variance, gamma, beta, epsilon):
    """Bring each feature to mean 0 and deviation 1, then scale and shift it."""
    return gamma * (x - mean) / np.sqrt(variance + epsilon) + beta


def forward(
    x,
    gamma,
    beta,
    mean,
    variance,
    momentum,
    epsilon,
    training,
    *,
    ddof=0,
    running_ddof=1,
    apply=normalized,
    mix=lambda old, new, momentum: (1 - momentum) * old + momentum * new,
):
    """Give y and the running statistics by rules that a mistake replaces."""
    if not training:
        return apply(x, mean, variance, gamma, beta, epsilon), mean.copy(), variance.copy()
    y = apply(x, x.mean(axis=0), x.var(axis=0, ddof=ddof), gamma, beta, epsilon)
    new_mean = mix(mean, x.mean(axis=0), momentum)
    new_variance = mix(variance, x.var(axis=0, ddof=running_ddof), momentum)
    return y, new_mean, new_variance


@known_mistake(
    MISTAKES,
    "Your running variance takes the biased variance of the batch, divided by n = {n}. It is to "
    "estimate that of all examples: divide by n - 1 = {less} there, with ddof=1. (The batch itself "
    "is normalized with the biased one.)",
)
def running_variance_biased(*arguments):
    return forward(*arguments, running_ddof=0)


@known_mistake(
    MISTAKES,
    "You normalize with the unbiased variance, divided by n - 1 = {less}. The batch is normalized "
    "with its own variance, divided by n = {n}; only the running one is unbiased.",
)
def normalized_unbiased(*arguments):
    return forward(*arguments, ddof=1)


@known_mistake(
    MISTAKES,
    "You have exchanged the two variances: the batch is normalized with the biased one (divided by "
    "n), and the running variance takes the unbiased one (divided by n - 1).",
)
def variances_exchanged(*arguments):
    return forward(*arguments, ddof=1, running_ddof=0)


@known_mistake(
    MISTAKES,
    "Your momentum is turned round: it is the share of the *new* statistics, (1 - momentum) * old "
    "+ momentum * new, as in PyTorch. (Keras counts the old.)",
)
def momentum_turned_round(*arguments):
    return forward(*arguments, mix=lambda old, new, momentum: momentum * old + (1 - momentum) * new)


@known_mistake(
    MISTAKES,
    "Your running statistics are those of this batch alone. They are averages: "
    "(1 - momentum) * old + momentum * new.",
)
def running_replaced(*arguments):
    return forward(*arguments, mix=lambda old, new, momentum: new)


@known_mistake(
    MISTAKES,
    "Your running statistics grow: what is added has to be taken from the old, "
    "(1 - momentum) * old + momentum * new.",
)
def running_added_up(*arguments):
    return forward(*arguments, mix=lambda old, new, momentum: old + momentum * new)


@known_mistake(
    MISTAKES,
    "You return the running statistics as they were. In training each batch moves them a little.",
)
def running_never_moved(*arguments):
    return forward(*arguments, mix=lambda old, new, momentum: old.copy())


@known_mistake(
    MISTAKES,
    "You move the running statistics in evaluation, too. There nothing is learnt: return them as "
    "they are.",
)
def running_moved_in_evaluation(x, gamma, beta, mean, variance, momentum, epsilon, training):
    y, new_mean, new_variance = forward(x, gamma, beta, mean, variance, momentum, epsilon, training)
    if not training:
        new_mean = (1 - momentum) * mean + momentum * x.mean(axis=0)
        batch_variance = x.var(axis=0, ddof=1) if len(x) > 1 else variance
        new_variance = (1 - momentum) * variance + momentum * batch_variance
    return y, new_mean, new_variance


@known_mistake(
    MISTAKES,
    "In evaluation you normalize with the batch's own statistics. Then an example's result depends "
    "on its company: use the running mean and variance.",
)
def batch_statistics_in_evaluation(x, gamma, beta, mean, variance, momentum, epsilon, training):
    y = normalized(x, x.mean(axis=0), x.var(axis=0), gamma, beta, epsilon)
    return y, *forward(x, gamma, beta, mean, variance, momentum, epsilon, training)[1:]


@known_mistake(
    MISTAKES,
    "In training you normalize with the running statistics. They are for evaluation; in training "
    "use the batch's own.",
)
def running_statistics_in_training(x, gamma, beta, mean, variance, momentum, epsilon, training):
    y = normalized(x, mean, variance, gamma, beta, epsilon)
    return y, *forward(x, gamma, beta, mean, variance, momentum, epsilon, training)[1:]


@known_mistake(
    MISTAKES,
    "In training you move the running statistics and then normalize with them. Normalize with the "
    "batch's own.",
)
def moved_statistics_in_training(x, gamma, beta, mean, variance, momentum, epsilon, training):
    found = forward(x, gamma, beta, mean, variance, momentum, epsilon, training)
    return normalized(x, found[1], found[2], gamma, beta, epsilon), *found[1:]


@known_mistake(
    MISTAKES,
    "You add epsilon to the standard deviation. It belongs to the variance, under the root: "
    "sqrt(variance + epsilon).",
)
def epsilon_outside_the_root(*arguments):
    def apply(x, mean, variance, gamma, beta, epsilon):
        return gamma * (x - mean) / (np.sqrt(variance) + epsilon) + beta

    return forward(*arguments, apply=apply)


@known_mistake(
    MISTAKES,
    "You leave epsilon out. A feature that is the same in all examples has the variance 0, and "
    "0 / 0 is no number.",
)
def epsilon_left_out(*arguments):
    def apply(x, mean, variance, gamma, beta, epsilon):
        return normalized(x, mean, variance, gamma, beta, 0.0)

    return forward(*arguments, apply=apply)


@known_mistake(
    MISTAKES,
    "You divide by the variance. Divide by its root, the standard deviation.",
)
def divided_by_the_variance(*arguments):
    def apply(x, mean, variance, gamma, beta, epsilon):
        return gamma * (x - mean) / (variance + epsilon) + beta

    return forward(*arguments, apply=apply)


@known_mistake(
    MISTAKES,
    "You do not subtract the mean: each feature is centred before it is divided.",
)
def mean_not_subtracted(*arguments):
    def apply(x, mean, variance, gamma, beta, epsilon):
        return gamma * x / np.sqrt(variance + epsilon) + beta

    return forward(*arguments, apply=apply)


@known_mistake(
    MISTAKES,
    "You leave out scale and shift, gamma and beta: y = gamma * normalized + beta.",
)
def scale_and_shift_left_out(*arguments):
    def apply(x, mean, variance, gamma, beta, epsilon):
        return (x - mean) / np.sqrt(variance + epsilon)

    return forward(*arguments, apply=apply)


@known_mistake(
    MISTAKES,
    "You have exchanged gamma and beta: gamma multiplies, beta is added.",
)
def gamma_and_beta_exchanged(*arguments):
    def apply(x, mean, variance, gamma, beta, epsilon):
        return normalized(x, mean, variance, beta, gamma, epsilon)

    return forward(*arguments, apply=apply)


@known_mistake(
    MISTAKES,
    "You shift before you scale, gamma * (normalized + beta). First multiply by gamma, then add "
    "beta.",
)
def shifted_before_scaled(*arguments):
    def apply(x, mean, variance, gamma, beta, epsilon):
        return gamma * ((x - mean) / np.sqrt(variance + epsilon) + beta)

    return forward(*arguments, apply=apply)


@known_mistake(
    MISTAKES,
    "You take mean and variance over the features of each example. That is layer normalization; "
    "here each feature is taken over the batch, axis=0.",
)
def over_the_features(x, gamma, beta, mean, variance, momentum, epsilon, training):
    found = forward(x, gamma, beta, mean, variance, momentum, epsilon, training)
    if not training:
        return found
    over = {"axis": 1, "keepdims": True}
    return normalized(x, x.mean(**over), x.var(**over), gamma, beta, epsilon), *found[1:]


@known_mistake(
    MISTAKES,
    "You take one mean and one variance of all numbers together. Each feature has its own: axis=0.",
)
def over_everything(x, gamma, beta, mean, variance, momentum, epsilon, training):
    found = forward(x, gamma, beta, mean, variance, momentum, epsilon, training)
    if not training:
        return found
    return normalized(x, x.mean(), x.var(), gamma, beta, epsilon), *found[1:]


@known_mistake(
    MISTAKES,
    "Your running variance is an average of standard deviations. Store variances: the root is "
    "taken where they are used.",
)
def running_deviation(x, gamma, beta, mean, variance, momentum, epsilon, training):
    y, new_mean, new_variance = forward(x, gamma, beta, mean, variance, momentum, epsilon, training)
    if training:
        new_variance = (1 - momentum) * variance + momentum * x.std(axis=0, ddof=1)
    return y, new_mean, new_variance


@known_mistake(
    MISTAKES,
    "Your running variance has epsilon in it. Epsilon is added where the variance is used, and not "
    "stored.",
)
def epsilon_stored(x, gamma, beta, mean, variance, momentum, epsilon, training):
    y, new_mean, new_variance = forward(x, gamma, beta, mean, variance, momentum, epsilon, training)
    return y, new_mean, new_variance + momentum * epsilon if training else new_variance


@known_mistake(
    MISTAKES,
    "You write into the caller's running statistics, as mean *= … does. Make new arrays and return "
    "them.",
)
def running_changed_in_place(x, gamma, beta, mean, variance, momentum, epsilon, training):
    found = forward(x, gamma, beta, mean, variance, momentum, epsilon, training)
    mean[...], variance[...] = found[1:]
    return found[0], mean, variance


@known_mistake(
    MISTAKES,
    "Your results are float64 although float32 came in. Compute with the arguments themselves; "
    "np.zeros(…) and np.array([…]) of numbers make float64.",
)
def made_in_float64(x, gamma, beta, mean, variance, momentum, epsilon, training):
    x, gamma, beta, mean, variance = (
        array.astype(np.float64) for array in (x, gamma, beta, mean, variance)
    )
    return forward(x, gamma, beta, mean, variance, momentum, epsilon, training)
