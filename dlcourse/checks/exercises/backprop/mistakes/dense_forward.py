"""Mistakes in ``dense_forward(x, w, b)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake

MISTAKES: list[Mistake] = []


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The function has to compute y "
    "from whatever x, w and b it is given.",
)
def answer_of_the_example_typed_in(x, w, b):
    return np.array([[2.5, -2.0, 3.0], [3.0, 1.0, 4.0]], dtype=x.dtype)


@known_mistake(
    MISTAKES,
    "This is x w without the bias. Each output also has an offset of its own: add b, which NumPy "
    "repeats for every example.",
)
def bias_left_out(x, w, b):
    return x @ w


@known_mistake(
    MISTAKES,
    "The bias has the wrong sign: y = x w + b, and you subtract b.",
)
def bias_subtracted(x, w, b):
    return x @ w - b


@known_mistake(
    MISTAKES,
    "You use w transposed. Here w has the shape (inputs, outputs), so x of shape (examples, "
    "inputs) can be multiplied by it as it is. On a square w the transpose runs without an "
    "exception and gives wrong numbers.",
)
def weights_transposed(x, w, b):
    return x @ w.T + b


@known_mistake(
    MISTAKES,
    "You multiply in the order w x. A matrix product does not commute: the examples are the rows "
    "of x, so x comes first and y = x w + b.",
)
def factors_swapped(x, w, b):
    return w @ x + b


@known_mistake(
    MISTAKES,
    "You multiply element by element (*). A dense layer needs the matrix product (@), which sums "
    "over the inputs.",
)
def product_element_by_element(x, w, b):
    return x * w + b


@known_mistake(
    MISTAKES,
    "You add the bias down the batch: every example gets one offset for all of its outputs. The "
    "bias belongs to the outputs, so b of shape (outputs,) is added to every row as it is.",
)
def bias_down_the_batch(x, w, b):
    return x @ w + b[:, np.newaxis]


@known_mistake(
    MISTAKES,
    "You add b to the weights, before the product, and so multiply it by the sum of the inputs. "
    "The bias is added to the product, after it.",
)
def bias_added_to_the_weights(x, w, b):
    return x @ (w + b)


@known_mistake(
    MISTAKES,
    "The bias is added twice: y = x w + b needs it once.",
)
def bias_added_twice(x, w, b):
    return x @ w + b + b


@known_mistake(
    MISTAKES,
    "Only the first example gets the bias. Every row of y needs it: add b to the whole array.",
)
def bias_for_the_first_example_only(x, w, b):
    y = x @ w
    y[0] += b
    return y


@known_mistake(
    MISTAKES,
    "You divide by the number of examples. The forward pass treats each example alone; the "
    "average over the batch is taken in the loss, and only there.",
)
def averaged_over_the_batch(x, w, b):
    return x @ w / len(x) + b


@known_mistake(
    MISTAKES,
    "Your negative outputs have become 0: that is ReLU, which is a layer of its own. A dense layer "
    "returns x w + b as it is.",
)
def rectified(x, w, b):
    return np.maximum(x @ w + b, 0)


@known_mistake(
    MISTAKES,
    "You return the answer for the first example only. y has one row per example: (examples, "
    "outputs).",
)
def first_example_only(x, w, b):
    return x[0] @ w + b


@known_mistake(
    MISTAKES,
    "Your y holds the examples in its columns. Throughout the course the examples are the rows: "
    "return an array of shape (examples, outputs).",
)
def examples_in_columns(x, w, b):
    return w.T @ x.T + b[:, np.newaxis]


@known_mistake(
    MISTAKES,
    "The last row of y is all zeros: your loop over the examples ends one too early. range(n) "
    "already stops before n.",
)
def last_example_skipped(x, w, b):
    y = np.zeros((len(x), len(b)), dtype=x.dtype)
    for n in range(len(x) - 1):
        y[n] = x[n] @ w + b
    return y


@known_mistake(
    MISTAKES,
    "The last input is missing from your sums: the loop over the inputs ends one too early. "
    "range(n) already stops before n.",
)
def last_input_skipped(x, w, b):
    y = np.zeros((len(x), len(b)), dtype=x.dtype) + b
    for i in range(x.shape[1] - 1):
        y += np.outer(x[:, i], w[i])
    return y


@known_mistake(
    MISTAKES,
    "Each product overwrites the one before: you keep the product of the last input alone. Sum "
    "over the inputs, with += in a loop or with @.",
)
def products_overwritten(x, w, b):
    y = np.zeros((len(x), len(b)), dtype=x.dtype)
    for i in range(x.shape[1]):
        y = np.outer(x[:, i], w[i])
    return y + b


@known_mistake(
    MISTAKES,
    "np.squeeze (or flatten) drops the axes of length 1, and a batch with a single example is no "
    "longer a batch. Leave the shape (examples, outputs) as it is.",
)
def axes_of_length_one_dropped(x, w, b):
    return np.squeeze(x @ w + b)


@known_mistake(
    MISTAKES,
    "Your result has the shape of an array that was made with np.zeros(…), and np.zeros makes "
    "float64. Give it dtype=x.dtype: float32 in, float32 out. Otherwise the whole network slowly "
    "turns to float64 and takes twice the memory and time.",
)
def made_in_float64(x, w, b):
    y = np.zeros((x.shape[0], w.shape[1]))
    for n in range(x.shape[0]):
        y[n] = x[n] @ w + b
    return y


@known_mistake(
    MISTAKES,
    "You turn the result into float32 whatever comes in. Keep the dtype of x: a gradient check "
    "needs float64 all the way.",
)
def always_float32(x, w, b):
    return (x @ w + b).astype(np.float32)


@known_mistake(
    MISTAKES,
    "Your results are cut down to whole numbers: they are stored in an array of integers. Make it "
    "with dtype=x.dtype.",
)
def cut_to_whole_numbers(x, w, b):
    y = np.zeros((x.shape[0], w.shape[1]), dtype=int)
    for n in range(x.shape[0]):
        y[n] = x[n] @ w + b
    return y


@known_mistake(
    MISTAKES,
    "You add the bias to w in place, so the weights change at every forward pass, and b is "
    "multiplied by the inputs. Only an optimizer changes weights.",
)
def bias_added_to_the_weights_in_place(x, w, b):
    w += b
    return x @ w


@known_mistake(
    MISTAKES,
    "You standardize x in place. The caller's data change under its feet, and y = x w + b is "
    "meant for x as it is.",
)
def inputs_standardized_in_place(x, w, b):
    x -= x.mean(axis=0)
    x /= x.std(axis=0) + 1e-8
    return x @ w + b
