"""Mistakes in ``adam_update(w, dw, m, v, …)``, the more specific ones first."""

import math

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake
from dlcourse.simulator import cuda

MISTAKES: list[Mistake] = []


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The kernel has to compute with "
    "whatever it is given.",
)
@cuda.jit
def answer_of_the_example_typed_in(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    i = cuda.grid(1)
    if i < w.size:
        w[i], m[i], v[i] = 1.5, -1.0, 4.0


@known_mistake(
    MISTAKES,
    "Nothing keeps a thread from working beyond the end: {all} threads were started for {n} "
    "parameters. Ask `if i < w.size`, or loop while that holds.",
)
@cuda.jit
def no_guard(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), cuda.grid(1) + 1):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "Your bound is one too far: the last element is w[w.size - 1], so a thread may work while i <"
    " w.size, not while i <= w.size.",
)
@cuda.jit
def bound_one_too_far(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size + 1, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "Each of your threads updates one parameter at most. Where there are fewer threads than "
    "parameters the rest stays as it was: let each go on, i += cuda.gridsize(1), up to the end.",
)
@cuda.jit
def one_parameter_a_thread(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), min(w.size, cuda.grid(1) + 1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "You use cuda.threadIdx.x alone, which counts anew in every block: all blocks then update the"
    " same parameters. The place in the whole grid is cuda.grid(1).",
)
@cuda.jit
def thread_number_alone(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.threadIdx.x, w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "Each of your threads updates a stretch of neighbours of its own. Then the threads of a warp "
    "read places far apart at the same moment, and each needs a piece of memory to itself. Begin "
    "at cuda.grid(1), go on by cuda.gridsize(1).",
)
@cuda.jit
def stretches_of_neighbours(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    length = (w.size + cuda.gridsize(1) - 1) // cuda.gridsize(1) + 1
    first = cuda.grid(1) * length
    for i in range(first, min(first + length, w.size)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "You store m[i] and v[i] and read them again for the correction. Global memory is slow: keep "
    "the new values in variables, and store these.",
)
@cuda.jit
def moments_read_back(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m[i] = beta1 * m[i] + (one - beta1) * g
        v[i] = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m[i] / (one - beta1**step)
        v_hat = v[i] / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)


@known_mistake(
    MISTAKES,
    "You read dw[i] for each use of it. Each read may go to memory: keep it in a variable.",
)
@cuda.jit
def gradient_read_for_each_use(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        m_new = beta1 * m[i] + (one - beta1) * dw[i]
        v_new = beta2 * v[i] + (one - beta2) * dw[i] * dw[i]
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "You leave the correction of the start out. m and v begin at 0 and are too small at first: "
    "divide them by 1 - beta1**step and 1 - beta2**step.",
)
@cuda.jit
def no_bias_correction(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m_new
        v_hat = v_new
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "You correct m for its start at 0, and not v.",
)
@cuda.jit
def correction_of_m_alone(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "You correct v for its start at 0, and not m.",
)
@cuda.jit
def correction_of_v_alone(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m_new
        v_hat = v_new / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "You count steps from 0, as step - 1. The first step is step 1: with 0 the correction would "
    "divide by 0.",
)
@cuda.jit
def step_counted_from_zero(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m_new / (one - beta1 ** (step - 1))
        v_hat = v_new / (one - beta2 ** (step - 1))
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "You correct with step + 1. The first step is step 1 already.",
)
@cuda.jit
def step_one_too_far(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m_new / (one - beta1 ** (step + 1))
        v_hat = v_new / (one - beta2 ** (step + 1))
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "You store the corrected values. The correction is for this step's use only: m and v go on "
    "without it.",
)
@cuda.jit
def corrected_values_stored(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_hat
        v[i] = v_hat


@known_mistake(
    MISTAKES,
    "You add epsilon inside the root. Adam adds it to the root.",
)
@cuda.jit
def epsilon_inside_the_root(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat + epsilon))
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "You leave epsilon out. It keeps the division from going wrong where the gradient has been 0.",
)
@cuda.jit
def epsilon_left_out(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat))
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "You divide by v itself, and Adam divides by the square root of v.",
)
@cuda.jit
def root_left_out(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (v_hat + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "You exchange beta1 and beta2: beta1 belongs to m, beta2 to v.",
)
@cuda.jit
def betas_exchanged(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta2 * m[i] + (one - beta2) * g
        v_new = beta1 * v[i] + (one - beta1) * g * g
        m_hat = m_new / (one - beta2**step)
        v_hat = v_new / (one - beta1**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "You use beta1 for v as well. The mean of the squares has a beta of its own, beta2.",
)
@cuda.jit
def beta1_for_both(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta1 * v[i] + (one - beta1) * g * g
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new / (one - beta1**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "You do not square: v is to be the mean of the squared gradients.",
)
@cuda.jit
def gradient_not_squared(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * abs(g)
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "You square m for v. It is the gradient that is squared, and then averaged.",
)
@cuda.jit
def square_of_the_mean(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * m_new * m_new
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "You add the step. Parameters go against the gradient: w[i] -= ….",
)
@cuda.jit
def uphill(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new / (one - beta2**step)
        w[i] += learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "The gradient comes into m and v with its full weight. Multiply it by 1 - beta.",
)
@cuda.jit
def gradient_in_full(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + g
        v_new = beta2 * v[i] + g * g
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "You step along the gradient itself. Adam steps along its running mean m, corrected.",
)
@cuda.jit
def gradient_in_place_of_the_mean(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        v_hat = v_new / (one - beta2**step)
        w[i] -= learning_rate * g / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "You step with m and v as they were before this gradient. Update them first.",
)
@cuda.jit
def old_moments_used(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_old, v_old = (m_new - (one - beta1) * g) / beta1, (v_new - (one - beta2) * g * g) / beta2
        m_hat = m_old / (one - beta1**step)
        v_hat = v_old / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "You keep the new m and v to yourself. The next step needs them: store them.",
)
@cuda.jit
def moments_not_stored(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)


@known_mistake(
    MISTAKES,
    "You write into dw, which belongs to the caller. Use a variable of your own.",
)
@cuda.jit
def gradient_overwritten(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        dw[i] = 0
        v[i] = v_new


@known_mistake(
    MISTAKES,
    "A kernel cannot return anything: write into w, m and v, and leave the return out.",
)
@cuda.jit
def result_returned(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        m_new = beta1 * m[i] + (one - beta1) * g
        v_new = beta2 * v[i] + (one - beta2) * g * g
        m_hat = m_new / (one - beta1**step)
        v_hat = v_new / (one - beta2**step)
        w[i] -= learning_rate * m_hat / (math.sqrt(v_hat) + epsilon)
        m[i] = m_new
        v[i] = v_new
    return w
