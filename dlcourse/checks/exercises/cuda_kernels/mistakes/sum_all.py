"""Mistakes in ``sum_all(x, total)``, the more specific ones first."""

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake
from dlcourse.checks.exercises.cuda_kernels.launches import THREADS
from dlcourse.simulator import cuda

MISTAKES: list[Mistake] = []
HALF = THREADS // 2


@cuda.jit(device=True)
def mine(x):
    """Add up what this thread takes of x, with the stride of the grid."""
    value = np.float32(0)
    for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        value += x[i]
    return value


@cuda.jit(device=True)
def tree(part, step, last):
    """Add up in pairs, the distance from ``step`` down to ``last``."""
    me = cuda.threadIdx.x
    while step >= last:
        if me < step:
            part[me] += part[me + step]
        cuda.syncthreads()
        step //= 2


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The kernel has to add up whatever "
    "it is given.",
)
@cuda.jit
def answer_of_the_example_typed_in(x, total):
    if cuda.grid(1) == 0:
        total[0] = 10


@known_mistake(
    MISTAKES,
    "Between storing and the first step of the tree a barrier is missing: a thread adds what its "
    "partner may not have stored yet. Put cuda.syncthreads() behind part[me] = ….",
)
@cuda.jit
def no_barrier_after_storing(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    me = cuda.threadIdx.x
    part[me] = mine(x)
    tree(part, HALF, 1)
    if me == 0:
        cuda.atomic.add(total, 0, part[0])


@known_mistake(
    MISTAKES,
    "Between the steps of the tree a barrier is missing: a thread of the next step adds what its "
    "partner may not have finished. Put cuda.syncthreads() at the end of the loop's body.",
)
@cuda.jit
def no_barrier_between_the_steps(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    me = cuda.threadIdx.x
    part[me] = mine(x)
    cuda.syncthreads()
    step = HALF
    while step > 0:
        if me < step:
            part[me] += part[me + step]
        step //= 2
    cuda.syncthreads()
    if me == 0:
        cuda.atomic.add(total, 0, part[0])


@known_mistake(
    MISTAKES,
    "Your barrier stands inside the `if`, where only some threads come by; the others never "
    "arrive, and on a GPU the kernel may hang. A barrier stands where every thread of the block "
    "passes: put it behind the `if`.",
)
@cuda.jit
def barrier_for_some_threads_only(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    me = cuda.threadIdx.x
    part[me] = mine(x)
    cuda.syncthreads()
    step = HALF
    while step > 0:
        if me < step:
            part[me] += part[me + step]
            cuda.syncthreads()
        step //= 2
    if me == 0:
        cuda.atomic.add(total, 0, part[0])


@known_mistake(
    MISTAKES,
    "Threads without a number leave the kernel before the barrier, which then waits for them in "
    "vain. Let them store a 0, and come to every barrier.",
)
@cuda.jit
def idle_threads_leave(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    me = cuda.threadIdx.x
    if cuda.grid(1) >= x.size:
        return
    part[me] = mine(x)
    cuda.syncthreads()
    tree(part, HALF, 1)
    if me == 0:
        cuda.atomic.add(total, 0, part[0])


@known_mistake(
    MISTAKES,
    "The blocks add to total[0] at the same time, with +=, which reads, adds and writes: one of "
    "two sums may be lost. No barrier reaches beyond a block; use cuda.atomic.add(total, 0, …).",
)
@cuda.jit
def blocks_add_without_an_atomic(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    me = cuda.threadIdx.x
    part[me] = mine(x)
    cuda.syncthreads()
    tree(part, HALF, 1)
    if me == 0:
        total[0] += part[0]


@known_mistake(
    MISTAKES,
    "Each block writes its own sum over that of the others: total[0] = … keeps one of them. Add, "
    "with cuda.atomic.add(total, 0, …).",
)
@cuda.jit
def blocks_overwrite_each_other(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    me = cuda.threadIdx.x
    part[me] = mine(x)
    cuda.syncthreads()
    tree(part, HALF, 1)
    if me == 0:
        total[0] = part[0]


@known_mistake(
    MISTAKES,
    "Every thread adds the sum of its block to the total, {threads} times in all. One of them is "
    "enough: `if me == 0`.",
)
@cuda.jit
def added_by_every_thread(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    me = cuda.threadIdx.x
    part[me] = mine(x)
    cuda.syncthreads()
    tree(part, HALF, 1)
    cuda.atomic.add(total, 0, part[0])


@known_mistake(
    MISTAKES,
    "The sum is right, but each element is added to the total by an atomic of its own, one after "
    "the other. Let the block add up in shared memory first: {blocks} atomics are enough.",
)
@cuda.jit
def an_atomic_for_each_element(x, total):
    for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        cuda.atomic.add(total, 0, x[i])


@known_mistake(
    MISTAKES,
    "The sum is right, but each thread adds its part to the total by an atomic of its own. Let the "
    "block add up in shared memory first: {blocks} atomics are enough.",
)
@cuda.jit
def an_atomic_for_each_thread(x, total):
    cuda.atomic.add(total, 0, mine(x))


@known_mistake(
    MISTAKES,
    "Your tree never ends: the step has to become smaller with each round, step //= 2.",
)
@cuda.jit
def step_never_halved(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    me = cuda.threadIdx.x
    part[me] = mine(x)
    cuda.syncthreads()
    step = HALF
    while step > 0:
        if me < step:
            part[me] += part[me + step]
        cuda.syncthreads()
    if me == 0:
        cuda.atomic.add(total, 0, part[0])


@known_mistake(
    MISTAKES,
    "Each of your threads takes one number at most. Where there are fewer threads than numbers the "
    "rest is not counted: let each go on, i += cuda.gridsize(1), and add up what it meets.",
)
@cuda.jit
def one_number_a_thread(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    i, me = cuda.grid(1), cuda.threadIdx.x
    part[me] = x[i] if i < x.size else 0
    cuda.syncthreads()
    tree(part, HALF, 1)
    if me == 0:
        cuda.atomic.add(total, 0, part[0])


@known_mistake(
    MISTAKES,
    "Nothing keeps a thread from reading beyond the end: {all} threads were started for {n} "
    "numbers. A thread without a number stores 0.",
)
@cuda.jit
def no_guard(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    me = cuda.threadIdx.x
    part[me] = x[cuda.grid(1)]
    cuda.syncthreads()
    tree(part, HALF, 1)
    if me == 0:
        cuda.atomic.add(total, 0, part[0])


@known_mistake(
    MISTAKES,
    "Threads without a number store nothing, so that whatever stood in shared memory is added. "
    "Shared memory does not begin as zeros: let them store 0.",
)
@cuda.jit
def shared_memory_not_filled(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    me = cuda.threadIdx.x
    if cuda.grid(1) < x.size:
        part[me] = mine(x)
    cuda.syncthreads()
    tree(part, HALF, 1)
    if me == 0:
        cuda.atomic.add(total, 0, part[0])


@known_mistake(
    MISTAKES,
    "Your tree begins with a step of {threads}, which leads beyond the shared array. The first "
    "step is half of that: thread 0 takes what thread {threads} / 2 has.",
)
@cuda.jit
def first_step_too_large(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    me = cuda.threadIdx.x
    part[me] = mine(x)
    cuda.syncthreads()
    tree(part, THREADS, 1)
    if me == 0:
        cuda.atomic.add(total, 0, part[0])


@known_mistake(
    MISTAKES,
    "In your tree every thread adds, also those whose partner would lie beyond the shared array. "
    "Only the threads below the step add: `if me < step`.",
)
@cuda.jit
def every_thread_adds_in_the_tree(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    me = cuda.threadIdx.x
    part[me] = mine(x)
    cuda.syncthreads()
    step = HALF
    while step > 0:
        value = part[me + step]
        cuda.syncthreads()
        part[me] += value
        cuda.syncthreads()
        step //= 2
    if me == 0:
        cuda.atomic.add(total, 0, part[0])


@known_mistake(
    MISTAKES,
    "Your tree stops before its last step: what the odd threads hold is missing. The last step is "
    "1, so loop while step > 0.",
)
@cuda.jit
def last_step_missing(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    me = cuda.threadIdx.x
    part[me] = mine(x)
    cuda.syncthreads()
    tree(part, HALF, 2)
    if me == 0:
        cuda.atomic.add(total, 0, part[0])


@known_mistake(
    MISTAKES,
    "Your tree begins with a quarter of the block: the upper half of the threads is never added. "
    "Begin with half of it.",
)
@cuda.jit
def first_step_too_small(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    me = cuda.threadIdx.x
    part[me] = mine(x)
    cuda.syncthreads()
    tree(part, HALF // 2, 1)
    if me == 0:
        cuda.atomic.add(total, 0, part[0])


@known_mistake(
    MISTAKES,
    "You add what thread 0 has gathered itself; the rest of the block is missing. A tree, or a "
    "loop over part, comes before the atomic.",
)
@cuda.jit
def first_thread_alone_counts(x, total):
    value = mine(x)
    if cuda.threadIdx.x == 0:
        cuda.atomic.add(total, 0, value)


@known_mistake(
    MISTAKES,
    "You use cuda.threadIdx.x where the place in the whole grid is meant: every block reads the "
    "same elements. A thread begins at cuda.grid(1).",
)
@cuda.jit
def thread_number_alone(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    me = cuda.threadIdx.x
    value = np.float32(0)
    for i in range(me, x.size, THREADS):
        value += x[i]
    part[me] = value
    cuda.syncthreads()
    tree(part, HALF, 1)
    if me == 0:
        cuda.atomic.add(total, 0, part[0])


@known_mistake(
    MISTAKES,
    "Each of your threads adds up a stretch of neighbours of its own. Then the threads of a warp "
    "read places far apart at the same moment, and each needs a piece of memory to itself. "
    "Neighbouring threads take neighbouring elements: begin at cuda.grid(1), go on by "
    "cuda.gridsize(1).",
)
@cuda.jit
def stretches_of_neighbours(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    me = cuda.threadIdx.x
    length = (x.size + cuda.gridsize(1) - 1) // cuda.gridsize(1)
    value = np.float32(0)
    for i in range(cuda.grid(1) * length, min((cuda.grid(1) + 1) * length, x.size)):
        value += x[i]
    part[me] = value
    cuda.syncthreads()
    tree(part, HALF, 1)
    if me == 0:
        cuda.atomic.add(total, 0, part[0])


@known_mistake(
    MISTAKES,
    "You divide by the number of elements, {n}. Asked is the sum, not the mean.",
)
@cuda.jit
def mean_in_place_of_the_sum(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    me = cuda.threadIdx.x
    part[me] = mine(x)
    cuda.syncthreads()
    tree(part, HALF, 1)
    if me == 0:
        cuda.atomic.add(total, 0, part[0] / np.float32(x.size))


@known_mistake(
    MISTAKES,
    "A kernel cannot return anything: add to total[0], and leave the return out.",
)
@cuda.jit
def sum_returned(x, total):
    part = cuda.shared.array(THREADS, np.float32)
    me = cuda.threadIdx.x
    part[me] = mine(x)
    cuda.syncthreads()
    tree(part, HALF, 1)
    return part[0]
