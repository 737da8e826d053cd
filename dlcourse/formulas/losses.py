"""What one output adds to a loss: each returns the value and its derivative for the output.

They are used together, in one pass over the batch, so that what both need is computed once.
"""

from dlcourse.formulas.activations import relu
from dlcourse.formulas.constants import HALF, ONE, ZERO, formula
from dlcourse.formulas.exponentials import exp
from dlcourse.formulas.special import log1p_of_share


@formula
def squared_error(error):
    """e² and 2e, for e = y - target."""
    return error * error, error + error


@formula
def absolute_error(error):
    """|e| and its sign; at the kink e = 0 the derivative is taken as 0."""
    sign = ONE if error > ZERO else ZERO
    return abs(error), sign - (ONE if error < ZERO else ZERO)


@formula
def huber(error, delta):
    """½ e² where |e| < δ, else δ (|e| - ½ δ); the derivative is e held within ±δ."""
    clipped = min(max(error, -delta), delta)
    return clipped * (error - HALF * clipped), clipped


@formula
def binary_cross_entropy(y, target, positive_weight):
    """-w t log σ(y) - (1 - t) log(1 - σ(y)), and (1 - t) σ(y) - w t σ(-y).

    Written by σ(y) and σ(-y), both from exp(-|y|): nothing overflows, and a derivative near zero
    keeps its digits, which σ(y) - t would lose.
    """
    z = exp(-abs(y))
    larger, smaller = ONE / (ONE + z), z / (ONE + z)
    above = larger if y >= ZERO else smaller
    below = smaller if y >= ZERO else larger
    log_term = log1p_of_share(z)
    positive = positive_weight * target
    negative = ONE - target
    value = positive * (relu(-y) + log_term) + negative * (relu(y) + log_term)
    return value, negative * above - positive * below


@formula
def hinge(y, target):
    """max(0, 1 - t y), and -t where that is above 0 (0 at the kink)."""
    slack = ONE - target * y
    missing = relu(slack)
    return missing, -target if missing > ZERO else ZERO


@formula
def squared_hinge(y, target):
    """max(0, 1 - t y)², and -2 t max(0, 1 - t y)."""
    missing = relu(ONE - target * y)
    return missing * missing, -(target + target) * missing
