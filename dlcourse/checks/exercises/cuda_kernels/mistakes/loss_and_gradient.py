"""Mistakes in ``loss_and_gradient(logits, labels, losses, dlogits)``, the more specific first."""

import math

import numpy as np

from dlcourse.checks.exercise import Mistake, known_mistake
from dlcourse.checks.exercises.cuda_kernels.launches import THREADS
from dlcourse.simulator import cuda

MISTAKES: list[Mistake] = []


@cuda.jit(device=True)
def largest_of(part):
    """Return the largest that the threads have stored, to each of them."""
    largest = part[0]
    for thread in range(1, THREADS):
        largest = max(largest, part[thread])
    return largest


@cuda.jit(device=True)
def sum_of(part):
    """Return the sum of what the threads have stored, to each of them."""
    total = np.float32(0)
    for thread in range(THREADS):
        total += part[thread]
    return total


@known_mistake(
    MISTAKES,
    "This looks like the answer of the worked example typed in. The kernel has to compute with "
    "whatever it is given.",
)
@cuda.jit
def answer_of_the_example_typed_in(logits, labels, losses, dlogits):
    row = cuda.blockIdx.x
    if cuda.threadIdx.x == 0:
        losses[row] = 0.6931472
        for c in range(logits.shape[1]):
            dlogits[row, c] = 0.5 - c


@known_mistake(
    MISTAKES,
    "Between storing into the shared array and gathering from it a barrier is missing: a thread "
    "gathers what others may not have stored yet. Put cuda.syncthreads() behind every part[me] = "
    "…, that of the largest logits and that of the sums.",
)
@cuda.jit
def no_barrier_after_storing(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(logits.shape[0])
    if me == 0:
        losses[row] = math.log(exponentials) - (logits[row, labels[row]] - largest)


@known_mistake(
    MISTAKES,
    "You use the shared array a second time while slow threads still gather the largest number "
    "from it. A barrier belongs between reading part and filling it anew; or take a second array.",
)
@cuda.jit
def no_barrier_before_using_the_array_again(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(logits.shape[0])
    if me == 0:
        losses[row] = math.log(exponentials) - (logits[row, labels[row]] - largest)


@known_mistake(
    MISTAKES,
    "Every thread of the block writes the loss of the row, the same number into the same place. "
    "One of them is enough: `if me == 0`.",
)
@cuda.jit
def loss_written_by_every_thread(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(logits.shape[0])
    losses[row] = math.log(exponentials) - (logits[row, labels[row]] - largest)


@known_mistake(
    MISTAKES,
    "Threads without a class leave the kernel before the barrier, which then waits for them in "
    "vain. Let them store what changes nothing, minus infinity or 0, and come to every barrier.",
)
@cuda.jit
def idle_threads_leave(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    if me >= classes:
        return
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(logits.shape[0])
    if me == 0:
        losses[row] = math.log(exponentials) - (logits[row, labels[row]] - largest)


@known_mistake(
    MISTAKES,
    "You do not subtract the largest logit: for large logits the exponentials are infinite, for "
    "small ones all are 0. Subtract it before math.exp; the result is the same otherwise.",
)
@cuda.jit
def largest_not_subtracted(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = np.float32(0)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(logits.shape[0])
    if me == 0:
        losses[row] = math.log(exponentials) - (logits[row, labels[row]] - largest)


@known_mistake(
    MISTAKES,
    "Your largest logit begins at 0, which is larger than all of them where all are negative: far"
    " below zero every exponential is then 0. Begin with -math.inf.",
)
@cuda.jit
def largest_begun_at_zero(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(0)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(logits.shape[0])
    if me == 0:
        losses[row] = math.log(exponentials) - (logits[row, labels[row]] - largest)


@known_mistake(
    MISTAKES,
    "You subtract the largest logit that the thread itself has met. The sums of the threads then "
    "have different factors: gather the largest of the whole row first.",
)
@cuda.jit
def largest_of_one_thread(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(logits.shape[0])
    if me == 0:
        losses[row] = math.log(exponentials) - (logits[row, labels[row]] - largest)


@known_mistake(
    MISTAKES,
    "Each of your threads takes one class at most, and there are {classes} classes for {threads} "
    "threads. Let each go on, c += {threads}, up to the last class.",
)
@cuda.jit
def one_class_a_thread(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, min(classes, THREADS), THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, min(classes, THREADS), THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, min(classes, THREADS), THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(logits.shape[0])
    if me == 0:
        losses[row] = math.log(exponentials) - (logits[row, labels[row]] - largest)


@known_mistake(
    MISTAKES,
    "Every thread of yours reads the whole row, {threads} times as many reads as needed. Let each"
    " take a share, and gather in shared memory.",
)
@cuda.jit
def every_thread_reads_every_logit(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(classes):
        exponentials += math.exp(logits[row, c] - largest)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(logits.shape[0])
    if me == 0:
        losses[row] = math.log(exponentials) - (logits[row, labels[row]] - largest)


@known_mistake(
    MISTAKES,
    "The gradient is that of the sum of all losses. Their mean is to be made small: divide "
    "dlogits by the number of rows.",
)
@cuda.jit
def not_averaged(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = p - hit
    if me == 0:
        losses[row] = math.log(exponentials) - (logits[row, labels[row]] - largest)


@known_mistake(
    MISTAKES,
    "You divide the gradient by the number of classes, {classes}. The mean goes over the rows: "
    "divide by logits.shape[0].",
)
@cuda.jit
def averaged_over_the_classes(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(classes)
    if me == 0:
        losses[row] = math.log(exponentials) - (logits[row, labels[row]] - largest)


@known_mistake(
    MISTAKES,
    "You divide the losses by the number of rows. Here losses[row] is that of the row alone; its "
    "mean is taken by the caller. (The gradient is that of the mean.)",
)
@cuda.jit
def loss_averaged_as_well(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(logits.shape[0])
    if me == 0:
        losses[row] = (
            math.log(exponentials) - (logits[row, labels[row]] - largest)
        ) / logits.shape[0]


@known_mistake(
    MISTAKES,
    "Your gradient holds the probabilities. At the label 1 is subtracted.",
)
@cuda.jit
def label_not_subtracted(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        dlogits[row, c] = p / np.float32(logits.shape[0])
    if me == 0:
        losses[row] = math.log(exponentials) - (logits[row, labels[row]] - largest)


@known_mistake(
    MISTAKES,
    "Your gradient has the wrong sign: it is the probability minus 1 at the label, so that a step"
    " against it makes the right class more likely.",
)
@cuda.jit
def sign_of_the_gradient(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (hit - p) / np.float32(logits.shape[0])
    if me == 0:
        losses[row] = math.log(exponentials) - (logits[row, labels[row]] - largest)


@known_mistake(
    MISTAKES,
    "Your loss is the logarithm of the probability, which is negative. The loss is minus that.",
)
@cuda.jit
def sign_of_the_loss(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(logits.shape[0])
    if me == 0:
        losses[row] = (logits[row, labels[row]] - largest) - math.log(exponentials)


@known_mistake(
    MISTAKES,
    "In the loss you take the logarithm of a sum from which the largest logit was subtracted, and"
    " the label's logit from which it was not: subtract it from both, or from neither.",
)
@cuda.jit
def largest_subtracted_once_in_the_loss(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(logits.shape[0])
    if me == 0:
        losses[row] = math.log(exponentials) - logits[row, labels[row]]


@known_mistake(
    MISTAKES,
    "You forget to divide by the sum of the exponentials: what you have are no probabilities.",
)
@cuda.jit
def probabilities_not_divided(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest)
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(logits.shape[0])
    if me == 0:
        losses[row] = math.log(exponentials) - (logits[row, labels[row]] - largest)


@known_mistake(
    MISTAKES,
    "You look the label up by the number of the thread. There is one label a row: labels[row], "
    "with row = cuda.blockIdx.x.",
)
@cuda.jit
def label_of_the_thread(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[me % labels.size] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(logits.shape[0])
    if me == 0:
        losses[row] = math.log(exponentials) - (logits[row, labels[me % labels.size]] - largest)


@known_mistake(
    MISTAKES,
    "You store the probability of the label. The loss is minus its logarithm.",
)
@cuda.jit
def probability_in_place_of_the_loss(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(logits.shape[0])
    if me == 0:
        losses[row] = math.exp(logits[row, labels[row]] - largest) / exponentials


@known_mistake(
    MISTAKES,
    "The sum of the exponentials is that of one thread's share. Gather those of all threads of "
    "the block.",
)
@cuda.jit
def exponentials_of_the_first_thread(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = part[0]
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(logits.shape[0])
    if me == 0:
        losses[row] = math.log(exponentials) - (logits[row, labels[row]] - largest)


@known_mistake(
    MISTAKES,
    "You leave losses as they were. One thread of the block writes losses[row].",
)
@cuda.jit
def losses_never_written(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(logits.shape[0])


@known_mistake(
    MISTAKES,
    "A kernel cannot return anything: write into losses and dlogits, and leave the return out.",
)
@cuda.jit
def loss_returned(logits, labels, losses, dlogits):
    part = cuda.shared.array(THREADS, np.float32)
    row, me = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    largest = np.float32(-math.inf)
    for c in range(me, classes, THREADS):
        largest = max(largest, logits[row, c])
    part[me] = largest
    cuda.syncthreads()
    largest = largest_of(part)
    cuda.syncthreads()
    exponentials = np.float32(0)
    for c in range(me, classes, THREADS):
        exponentials += math.exp(logits[row, c] - largest)
    part[me] = exponentials
    cuda.syncthreads()
    exponentials = sum_of(part)
    for c in range(me, classes, THREADS):
        p = math.exp(logits[row, c] - largest) / exponentials
        hit = np.float32(1) if c == labels[row] else np.float32(0)
        dlogits[row, c] = (p - hit) / np.float32(logits.shape[0])
    if me == 0:
        losses[row] = math.log(exponentials) - (logits[row, labels[row]] - largest)
    return exponentials
