"""
Right solutions of the lab cuda_kernels in other styles, each of which has to get every point.

They live beside the tests and not in the package: what learners install holds no solutions.
"""

import math

import numpy as np

from dlcourse.simulator import cuda
from tests.labs.alternatives import entering

ALTERNATIVES = {}
alternative = entering(ALTERNATIVES)

THREADS = 8
TILE = 4

# What the lab's own first cell imports and sets.
PRELUDE = (
    "import math\nimport numpy as np\nfrom dlcourse.simulator import cuda\nTHREADS = 8\nTILE = 4\n"
)


# saxpy


@alternative("saxpy")
@cuda.jit
def while_there_are_numbers(a, x, y, out):
    i = cuda.grid(1)
    while i < x.size:
        out[i] = a * x[i] + y[i]
        i += cuda.gridsize(1)


@alternative("saxpy")
@cuda.jit
def places_by_hand(a, x, y, out):
    first = cuda.threadIdx.x + cuda.blockIdx.x * cuda.blockDim.x
    for i in range(first, len(out), cuda.blockDim.x * cuda.gridDim.x):
        product = np.float32(a) * x[i]
        out[i] = y[i] + product


@alternative("saxpy")
@cuda.jit(fastmath=True)
def rounds_of_the_grid(a, x, y, out):
    everyone = cuda.gridsize(1)
    for start in range(0, x.shape[0], everyone):
        i = start + cuda.grid(1)
        if i < x.shape[0]:
            out[i] = a * x[i] + y[i]


@cuda.jit(device=True)
def multiply_and_add(a, x, y):
    return a * x + y


@alternative("saxpy")
@cuda.jit
def by_a_device_function(a, x, y, out):
    for i in range(cuda.grid(1), out.size, cuda.gridsize(1)):
        out[i] = multiply_and_add(a, x[i], y[i])


# sum_all


@alternative("sum_all")
@cuda.jit
def halves(x, total):
    shared = cuda.shared.array(shape=THREADS, dtype=np.float32)
    i, t = cuda.grid(1), cuda.threadIdx.x
    shared[t] = 0
    while i < x.size:
        shared[t] += x[i]
        i += cuda.gridsize(1)
    cuda.syncthreads()
    active = cuda.blockDim.x // 2
    while active:
        if t < active:
            shared[t] = shared[t] + shared[t + active]
        cuda.syncthreads()
        active >>= 1
    if t == 0:
        cuda.atomic.add(total, 0, shared[0])


@alternative("sum_all")
@cuda.jit
def neighbours_first(x, total):
    shared = cuda.shared.array(THREADS, np.float32)
    t = cuda.threadIdx.x
    value = 0.0
    for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        value += x[i]
    shared[t] = value
    apart = 1
    while apart < THREADS:
        cuda.syncthreads()
        if t % (2 * apart) == 0:
            shared[t] += shared[t + apart]
        apart *= 2
    if t == 0:
        cuda.atomic.add(total, 0, shared[t])


@alternative("sum_all")
@cuda.jit
def first_thread_adds_the_block(x, total):
    shared = cuda.shared.array(THREADS, np.float32)
    value = np.float32(0)
    for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        value += x[i]
    shared[cuda.threadIdx.x] = value
    cuda.syncthreads()
    if cuda.threadIdx.x == 0:
        value = np.float32(0)
        for t in range(THREADS):
            value += shared[t]
        cuda.atomic.add(total, 0, value)


@alternative("sum_all")
@cuda.jit
def atomics_in_shared_memory(x, total):
    shared = cuda.shared.array(1, np.float32)
    if cuda.threadIdx.x == 0:
        shared[0] = 0
    cuda.syncthreads()
    value = np.float32(0)
    for i in range(cuda.grid(1), x.size, cuda.gridsize(1)):
        value += x[i]
    cuda.atomic.add(shared, 0, value)
    cuda.syncthreads()
    if cuda.threadIdx.x == 0:
        cuda.atomic.add(total, 0, shared[0])


# tiled_product


@alternative("tiled_product")
@cuda.jit
def tile_after_tile(a, b, c):
    sa = cuda.shared.array((TILE, TILE), np.float32)
    sb = cuda.shared.array((TILE, TILE), np.float32)
    tx, ty = cuda.threadIdx.x, cuda.threadIdx.y
    i = cuda.blockIdx.y * TILE + ty
    j = cuda.blockIdx.x * TILE + tx
    value = 0.0
    for tile in range((a.shape[1] + TILE - 1) // TILE):
        sa[ty, tx] = 0
        sb[ty, tx] = 0
        if i < a.shape[0] and tile * TILE + tx < a.shape[1]:
            sa[ty, tx] = a[i, tile * TILE + tx]
        if tile * TILE + ty < b.shape[0] and j < b.shape[1]:
            sb[ty, tx] = b[tile * TILE + ty, j]
        cuda.syncthreads()
        for k in range(TILE):
            value += sa[ty, k] * sb[k, tx]
        cuda.syncthreads()
    if i < c.shape[0] and j < c.shape[1]:
        c[i, j] = value


@alternative("tiled_product")
@cuda.jit
def as_far_as_the_inner_dimension_goes(a, b, c):
    sa = cuda.shared.array((TILE, TILE), np.float32)
    sb = cuda.shared.array((TILE, TILE), np.float32)
    j, i = cuda.grid(2)
    tx, ty = cuda.threadIdx.x, cuda.threadIdx.y
    inner = a.shape[1]
    value = np.float32(0)
    start = 0
    while start < inner:
        if i < a.shape[0] and start + tx < inner:
            sa[ty, tx] = a[i, start + tx]
        if start + ty < inner and j < b.shape[1]:
            sb[ty, tx] = b[start + ty, j]
        cuda.syncthreads()
        if i < c.shape[0] and j < c.shape[1]:
            for k in range(min(TILE, inner - start)):
                value += sa[ty, k] * sb[k, tx]
        cuda.syncthreads()
        start += TILE
    if i < c.shape[0] and j < c.shape[1]:
        c[i, j] = value


@alternative("tiled_product")
@cuda.jit
def two_tiles_in_turns(a, b, c):
    """With two copies of each tile one barrier a tile is enough."""
    sa = cuda.shared.array((2, TILE, TILE), np.float32)
    sb = cuda.shared.array((2, TILE, TILE), np.float32)
    j, i = cuda.grid(2)
    tx, ty = cuda.threadIdx.x, cuda.threadIdx.y
    value = np.float32(0)
    for tile in range((a.shape[1] + TILE - 1) // TILE):
        half = tile % 2
        ka, kb = tile * TILE + tx, tile * TILE + ty
        sa[half, ty, tx] = a[i, ka] if i < a.shape[0] and ka < a.shape[1] else np.float32(0)
        sb[half, ty, tx] = b[kb, j] if kb < b.shape[0] and j < b.shape[1] else np.float32(0)
        cuda.syncthreads()
        for k in range(TILE):
            value += sa[half, ty, k] * sb[half, k, tx]
    if i < c.shape[0] and j < c.shape[1]:
        c[i, j] = value


@alternative("tiled_product")
@cuda.jit
def tile_of_b_stored_turned_over(a, b, c):
    sa = cuda.shared.array((TILE, TILE), np.float32)
    sb = cuda.shared.array((TILE, TILE), np.float32)
    j, i = cuda.grid(2)
    tx, ty = cuda.threadIdx.x, cuda.threadIdx.y
    value = np.float32(0)
    for start in range(0, a.shape[1], TILE):
        inside_a = i < a.shape[0] and start + tx < a.shape[1]
        inside_b = j < b.shape[1] and start + ty < b.shape[0]
        sa[ty, tx] = a[i, start + tx] if inside_a else np.float32(0)
        sb[tx, ty] = b[start + ty, j] if inside_b else np.float32(0)
        cuda.syncthreads()
        for k in range(TILE):
            value += sb[tx, k] * sa[ty, k]
        cuda.syncthreads()
    if i < c.shape[0] and j < c.shape[1]:
        c[i, j] = value


# loss_and_gradient


@cuda.jit(device=True)
def over_the_block(shared, t, largest):
    step = THREADS // 2
    while step > 0:
        cuda.syncthreads()
        if t < step:
            other = shared[t + step]
            shared[t] = max(shared[t], other) if largest else shared[t] + other
        step //= 2
    cuda.syncthreads()
    result = shared[0]
    cuda.syncthreads()
    return result


@alternative("loss_and_gradient")
@cuda.jit
def trees_by_a_device_function(logits, labels, losses, dlogits):
    shared = cuda.shared.array(THREADS, np.float32)
    n, t = cuda.blockIdx.x, cuda.threadIdx.x
    top = -math.inf
    for c in range(t, logits.shape[1], THREADS):
        top = max(top, logits[n, c])
    shared[t] = top
    top = over_the_block(shared, t, True)
    total = 0.0
    for c in range(t, logits.shape[1], THREADS):
        total += math.exp(logits[n, c] - top)
    shared[t] = total
    total = over_the_block(shared, t, False)
    rows = np.float32(logits.shape[0])
    for c in range(t, logits.shape[1], THREADS):
        p = math.exp(logits[n, c] - top) / total
        if c == labels[n]:
            losses[n] = math.log(total) - (logits[n, c] - top)
            p -= np.float32(1)
        dlogits[n, c] = p / rows


@alternative("loss_and_gradient")
@cuda.jit
def two_arrays(logits, labels, losses, dlogits):
    tops = cuda.shared.array(THREADS, np.float32)
    totals = cuda.shared.array(THREADS, np.float32)
    n, t = cuda.blockIdx.x, cuda.threadIdx.x
    classes = logits.shape[1]
    tops[t] = -math.inf
    for c in range(t, classes, THREADS):
        tops[t] = max(tops[t], logits[n, c])
    cuda.syncthreads()
    top = tops[0]
    for k in range(THREADS):
        top = max(top, tops[k])
    totals[t] = 0
    for c in range(t, classes, THREADS):
        totals[t] += math.exp(logits[n, c] - top)
    cuda.syncthreads()
    total = np.float32(0)
    for k in range(THREADS):
        total += totals[k]
    log_total = math.log(total) + top
    for c in range(t, classes, THREADS):
        hit = np.float32(c == labels[n])
        dlogits[n, c] = (math.exp(logits[n, c] - log_total) - hit) / logits.shape[0]
    if t == 0:
        losses[n] = log_total - logits[n, labels[n]]


@alternative("loss_and_gradient")
@cuda.jit
def exponentials_kept_in_the_gradient(logits, labels, losses, dlogits):
    shared = cuda.shared.array(THREADS, np.float32)
    n, t = cuda.blockIdx.x, cuda.threadIdx.x
    top = np.float32(-math.inf)
    for c in range(t, logits.shape[1], THREADS):
        top = max(top, logits[n, c])
    shared[t] = top
    top = over_the_block(shared, t, True)
    total = np.float32(0)
    for c in range(t, logits.shape[1], THREADS):
        e = math.exp(logits[n, c] - top)
        dlogits[n, c] = e
        total += e
    shared[t] = total
    total = over_the_block(shared, t, False)
    label = labels[n]
    for c in range(t, logits.shape[1], THREADS):
        hit = np.float32(1) if c == label else np.float32(0)
        dlogits[n, c] = (dlogits[n, c] / total - hit) / np.float32(logits.shape[0])
    if t == THREADS - 1:
        losses[n] = math.log(total) + top - logits[n, label]


@alternative("loss_and_gradient")
@cuda.jit
def first_thread_gathers(logits, labels, losses, dlogits):
    shared = cuda.shared.array(THREADS, np.float32)
    both = cuda.shared.array(2, np.float32)
    n, t = cuda.blockIdx.x, cuda.threadIdx.x
    top = np.float32(-math.inf)
    for c in range(t, logits.shape[1], cuda.blockDim.x):
        top = max(top, logits[n, c])
    shared[t] = top
    cuda.syncthreads()
    if t == 0:
        for k in range(THREADS):
            top = max(top, shared[k])
        both[0] = top
    cuda.syncthreads()
    total = np.float32(0)
    for c in range(t, logits.shape[1], cuda.blockDim.x):
        total += math.exp(logits[n, c] - both[0])
    shared[t] = total
    cuda.syncthreads()
    if t == 0:
        for k in range(1, THREADS):
            total += shared[k]
        both[1] = total
        losses[n] = math.log(total) - logits[n, labels[n]] + both[0]
    cuda.syncthreads()
    for c in range(t, logits.shape[1], cuda.blockDim.x):
        dlogits[n, c] = math.exp(logits[n, c] - both[0]) / both[1] / logits.shape[0]
        if c == labels[n]:
            dlogits[n, c] -= np.float32(1) / logits.shape[0]


# adam_update


@alternative("adam_update")
@cuda.jit
def while_there_are_parameters(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    i = cuda.grid(1)
    while i < w.size:
        g = dw[i]
        first = beta1 * m[i] + (1 - beta1) * g
        second = beta2 * v[i] + (1 - beta2) * g**2
        m[i], v[i] = first, second
        root = math.sqrt(second / (1 - beta2**step))
        w[i] = w[i] - learning_rate * first / (1 - beta1**step) / (root + epsilon)
        i += cuda.gridsize(1)


@alternative("adam_update")
@cuda.jit
def corrections_once(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    rate = learning_rate / (1 - math.pow(beta1, step))
    correction = math.sqrt(1 - math.pow(beta2, step))
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        first = m[i]
        first += (1 - beta1) * (g - first)
        second = v[i]
        second += (1 - beta2) * (g * g - second)
        m[i] = first
        v[i] = second
        w[i] -= rate * first / (math.sqrt(second) / correction + epsilon)


@alternative("adam_update")
@cuda.jit
def in_float32_throughout(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    one = np.float32(1)
    b1, b2 = np.float32(beta1), np.float32(beta2)
    powers = np.float32(beta1**step), np.float32(beta2**step)
    for i in range(cuda.grid(1), w.size, cuda.gridsize(1)):
        g = dw[i]
        first, second = b1 * m[i] + (one - b1) * g, b2 * v[i] + (one - b2) * g * g
        m[i], v[i] = first, second
        below = math.sqrt(second / (one - powers[1])) + np.float32(epsilon)
        w[i] -= np.float32(learning_rate) * (first / (one - powers[0])) / below


@cuda.jit(device=True)
def mixed(old, new, beta):
    return beta * old + (1 - beta) * new


@alternative("adam_update")
@cuda.jit
def by_device_functions(w, dw, m, v, step, learning_rate, beta1, beta2, epsilon):
    first_place = cuda.blockIdx.x * cuda.blockDim.x + cuda.threadIdx.x
    for i in range(first_place, w.shape[0], cuda.gridDim.x * cuda.blockDim.x):
        g = dw[i]
        first, second = mixed(m[i], g, beta1), mixed(v[i], g * g, beta2)
        change = first / (1 - beta1**step)
        change /= math.sqrt(second / (1 - beta2**step)) + epsilon
        w[i] -= learning_rate * change
        m[i] = first
        v[i] = second
