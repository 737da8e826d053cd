"""Mistakes in ``saxpy(a, x, y, out)``, the more specific ones first."""

from dlcourse.checks.exercise import Mistake, known_mistake
from dlcourse.simulator import cuda

MISTAKES: list[Mistake] = []


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The kernel has to compute with "
    "whatever it is given.",
)
@cuda.jit
def answer_of_the_example_typed_in(a, x, y, out):
    i = cuda.grid(1)
    if i < x.size:
        out[i] = 12.0 * (i + 1)


@known_mistake(
    MISTAKES,
    "Nothing keeps a thread from working beyond the end: {all} threads were started for {n} "
    "numbers. Ask `if i < x.size`, or loop while that holds.",
)
@cuda.jit
def no_guard(a, x, y, out):
    i = cuda.grid(1)
    out[i] = a * x[i] + y[i]


@known_mistake(
    MISTAKES,
    "Your bound is one too far: the last element is x[x.size - 1], so a thread may work while "
    "i < x.size, not while i <= x.size.",
)
@cuda.jit
def bound_one_too_far(a, x, y, out):
    i = cuda.grid(1)
    while i <= x.size:
        out[i] = a * x[i] + y[i]
        i += cuda.gridsize(1)


@known_mistake(
    MISTAKES,
    "The last number is left out: the bound is x.size, not x.size - 1.",
)
@cuda.jit
def last_number_left_out(a, x, y, out):
    for i in range(cuda.grid(1), x.size - 1, cuda.gridsize(1)):
        out[i] = a * x[i] + y[i]


@known_mistake(
    MISTAKES,
    "Each of your threads computes one number at most. Where there are fewer threads than numbers "
    "the rest stays undone: let each go on, i += cuda.gridsize(1), up to the end.",
)
@cuda.jit
def one_number_a_thread(a, x, y, out):
    i = cuda.grid(1)
    if i < x.size:
        out[i] = a * x[i] + y[i]


@known_mistake(
    MISTAKES,
    "You use cuda.threadIdx.x alone, which counts anew in every block: all blocks then work on the "
    "same elements. The place in the whole grid is cuda.grid(1), which is "
    "cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x.",
)
@cuda.jit
def thread_number_alone(a, x, y, out):
    for i in range(cuda.threadIdx.x, x.size, cuda.gridsize(1)):
        out[i] = a * x[i] + y[i]


@known_mistake(
    MISTAKES,
    "You use cuda.blockIdx.x alone: all threads of a block then work on the same element. The "
    "place in the whole grid is cuda.grid(1), which is "
    "cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x.",
)
@cuda.jit
def block_number_alone(a, x, y, out):
    i = cuda.blockIdx.x
    if i < x.size:
        out[i] = a * x[i] + y[i]


@known_mistake(
    MISTAKES,
    "You multiply the number of the block by the number of blocks, cuda.gridDim.x. A block begins "
    "after as many elements as the blocks before it have threads: cuda.blockIdx.x * "
    "cuda.blockDim.x + cuda.threadIdx.x.",
)
@cuda.jit
def multiplied_by_the_number_of_blocks(a, x, y, out):
    i = cuda.blockIdx.x * cuda.gridDim.x + cuda.threadIdx.x
    if i < x.size:
        out[i] = a * x[i] + y[i]


@known_mistake(
    MISTAKES,
    "Every thread of yours computes all {n} numbers: a loop over range(x.size) is what the grid "
    "is there to replace. A thread begins at its own place, cuda.grid(1).",
)
@cuda.jit
def every_thread_does_everything(a, x, y, out):
    for i in range(x.size):
        out[i] = a * x[i] + y[i]


@known_mistake(
    MISTAKES,
    "Your threads step on by the size of a block, into the elements of the next one. The stride "
    "is that of the whole grid: cuda.gridsize(1).",
)
@cuda.jit
def stride_of_a_block(a, x, y, out):
    for i in range(cuda.grid(1), x.size, cuda.blockDim.x):
        out[i] = a * x[i] + y[i]


@known_mistake(
    MISTAKES,
    "Each of your threads works through a stretch of neighbours of its own. Then the threads of a "
    "warp read places far apart at the same moment, and each needs a piece of memory to itself. "
    "Neighbouring threads take neighbouring elements: begin at cuda.grid(1), go on by "
    "cuda.gridsize(1).",
)
@cuda.jit
def stretches_of_neighbours(a, x, y, out):
    length = (x.size + cuda.gridsize(1) - 1) // cuda.gridsize(1) + 1
    first = cuda.grid(1) * length
    for i in range(first, min(first + length, x.size)):
        out[i] = a * x[i] + y[i]


@known_mistake(
    MISTAKES,
    "You keep a half-done result in out and read it back. Global memory is slow: keep it in a "
    "variable, and write once.",
)
@cuda.jit
def half_done_in_global_memory(a, x, y, out):
    for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        out[i] = a * x[i]
        out[i] += y[i]


@known_mistake(
    MISTAKES,
    "You read x[i] more than once. Each read may go to memory: keep it in a variable.",
)
@cuda.jit
def x_read_twice(a, x, y, out):
    for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        if x[i] != 0:
            out[i] = a * x[i] + y[i]
        else:
            out[i] = y[i]


@known_mistake(
    MISTAKES,
    "The result is to be written into out; you write it into y, which belongs to the caller.",
)
@cuda.jit
def written_into_y(a, x, y, out):
    for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        y[i] += a * x[i]


@known_mistake(
    MISTAKES,
    "You add to what stood in out before. That is whatever was left in memory: write, with =.",
)
@cuda.jit
def added_to_what_was_there(a, x, y, out):
    for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        out[i] += a * x[i] + y[i]


@known_mistake(
    MISTAKES,
    "The factor a is missing: x is multiplied by it before y is added.",
)
@cuda.jit
def factor_left_out(a, x, y, out):
    for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        out[i] = x[i] + y[i]


@known_mistake(
    MISTAKES,
    "You multiply the sum by a. Only x is multiplied: a * x[i] + y[i].",
)
@cuda.jit
def sum_multiplied(a, x, y, out):
    for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        out[i] = a * (x[i] + y[i])


@known_mistake(
    MISTAKES,
    "You multiply y by a, and add x. It is the other way: a * x[i] + y[i].",
)
@cuda.jit
def x_and_y_exchanged(a, x, y, out):
    for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        out[i] = a * y[i] + x[i]


@known_mistake(
    MISTAKES,
    "A kernel cannot return anything: write into the elements of out, and leave the return out.",
)
@cuda.jit
def result_returned(a, x, y, out):
    for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        out[i] = a * x[i] + y[i]
    return out
