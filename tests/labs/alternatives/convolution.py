"""
Right solutions of the convolution lab in other styles, each of which has to get every point.

They live beside the tests and not in the package: what learners install holds no solutions.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import as_strided, sliding_window_view

from tests.labs.alternatives import entering

ALTERNATIVES = {}
alternative = entering(ALTERNATIVES)


# output_size


@alternative("output_size")
def by_the_formula(size, kernel, stride, padding):
    return max((size + 2 * padding - kernel) // stride + 1, 0)


@alternative("output_size")
def by_the_starts(size, kernel, stride, padding):
    return len(range(-padding, size + padding - kernel + 1, stride))


@alternative("output_size")
def by_walking(size, kernel, stride, padding):
    count, end = 0, kernel
    while end <= size + 2 * padding:
        count += 1
        end += stride
    return count


@alternative("output_size")
def by_the_floor(size, kernel, stride, padding):
    room = size + padding + padding - kernel
    return math.floor(room / stride) + 1 if room >= 0 else 0


@alternative("output_size")
def by_counting_pixels(size, kernel, stride, padding):
    starts = np.arange(size + 2 * padding)
    return np.count_nonzero((starts % stride == 0) & (starts + kernel <= size + 2 * padding))


# conv_forward


def around(x, padding):
    return np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))


@alternative("conv_forward")
def window_by_window(x, w, b, stride, padding):
    x = around(x, padding)
    rows, columns, _, filters = w.shape
    height = (x.shape[1] - rows) // stride + 1
    width = (x.shape[2] - columns) // stride + 1
    y = np.zeros((len(x), height, width, filters), dtype=x.dtype)
    for i in range(height):
        for j in range(width):
            window = x[:, i * stride : i * stride + rows, j * stride : j * stride + columns]
            y[:, i, j] = np.tensordot(window, w, axes=3) + b
    return y


@alternative("conv_forward")
def pixel_of_the_filter_by_pixel(x, w, b, stride, padding):
    x = around(x, padding)
    rows, columns = w.shape[:2]
    height = (x.shape[1] - rows) // stride + 1
    width = (x.shape[2] - columns) // stride + 1
    y = np.tile(b, (len(x), height, width, 1))
    for k in range(rows):
        for m in range(columns):
            below, right = k + stride * height, m + stride * width
            y += x[:, k:below:stride, m:right:stride] @ w[k, m]
    return y


@alternative("conv_forward")
def by_einsum(x, w, b, stride, padding):
    views = sliding_window_view(around(x, padding), w.shape[:2], axis=(1, 2))
    return np.einsum("nijckl,klcf->nijf", views[:, ::stride, ::stride], w) + b


@alternative("conv_forward")
def five_loops(x, w, b, stride, padding):
    n, height, width, _ = x.shape
    rows, columns, _, filters = w.shape
    down = (height + 2 * padding - rows) // stride + 1
    across = (width + 2 * padding - columns) // stride + 1
    y = np.empty((n, down, across, filters), x.dtype)
    for i in range(down):
        for j in range(across):
            total = np.zeros((n, filters))
            for k in range(rows):
                for m in range(columns):
                    r, s = i * stride + k - padding, j * stride + m - padding
                    if 0 <= r < height and 0 <= s < width:
                        total += x[:, r, s].astype(float) @ w[k, m].astype(float)
            y[:, i, j] = total + b
    return y


@alternative("conv_forward")
def as_a_matrix_product(x, w, b, stride, padding):
    rows, columns, channels, filters = w.shape
    cut = sliding_window_view(around(x, padding), (rows, columns, channels), axis=(1, 2, 3))
    cut = cut[:, ::stride, ::stride, 0]
    flat = cut.reshape(-1, rows * columns * channels) @ w.reshape(-1, filters)
    return flat.reshape(*cut.shape[:3], filters) + b


# conv_backward


@alternative("conv_backward")
def backward_window_by_window(dy, x, w, stride, padding):
    wide = around(x, padding)
    dwide, dw = np.zeros_like(wide), np.zeros_like(w)
    rows, columns = w.shape[:2]
    for i in range(dy.shape[1]):
        for j in range(dy.shape[2]):
            place = (
                slice(None),
                slice(i * stride, i * stride + rows),
                slice(j * stride, j * stride + columns),
            )
            dwide[place] += np.tensordot(dy[:, i, j], w, axes=(1, 3))
            dw += np.tensordot(wide[place], dy[:, i, j], axes=(0, 0))
    dx = dwide[:, padding : padding + x.shape[1], padding : padding + x.shape[2]]
    return dx, dw, dy.sum(axis=(0, 1, 2))


@alternative("conv_backward")
def backward_pixel_of_the_filter_by_pixel(dy, x, w, stride, padding):
    wide = around(x, padding)
    dwide, dw = np.zeros_like(wide), np.empty_like(w)
    _, down, across, filters = dy.shape
    flat = dy.reshape(-1, filters)
    for k in range(w.shape[0]):
        for m in range(w.shape[1]):
            rows, columns = (
                slice(k, k + stride * down, stride),
                slice(m, m + stride * across, stride),
            )
            dwide[:, rows, columns] += dy @ w[k, m].T
            dw[k, m] = wide[:, rows, columns].reshape(-1, x.shape[3]).T @ flat
    inside = slice(padding, padding + x.shape[1]), slice(padding, padding + x.shape[2])
    return dwide[:, inside[0], inside[1]], dw, flat.sum(axis=0)


@alternative("conv_backward")
def backward_by_rows_of_windows(dy, x, w, stride, padding):
    rows, columns, channels, filters = w.shape
    wide = around(x, padding)
    n, height, width, _ = wide.shape
    numbers = np.arange(wide.size).reshape(wide.shape)
    cut = sliding_window_view(numbers, (rows, columns, channels), axis=(1, 2, 3))
    places = cut[:, ::stride, ::stride, 0].reshape(-1, rows * columns * channels)
    upstream = dy.reshape(-1, filters)
    dw = wide.ravel()[places].T @ upstream
    shares = upstream @ w.reshape(-1, filters).T
    dwide = np.zeros(wide.size, x.dtype)
    np.add.at(dwide, places, shares)
    dwide = dwide.reshape(n, height, width, channels)
    dx = dwide[:, padding : height - padding, padding : width - padding]
    return dx, dw.reshape(w.shape), upstream.sum(axis=0)


@alternative("conv_backward")
def backward_image_by_image_in_float64(dy, x, w, stride, padding):
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    rows, columns = w.shape[:2]
    for n, (upstream, image) in enumerate(zip(dy, x, strict=True)):
        for i, j in np.ndindex(upstream.shape[:2]):
            for k, m in np.ndindex(rows, columns):
                r, s = i * stride + k - padding, j * stride + m - padding
                if 0 <= r < x.shape[1] and 0 <= s < x.shape[2]:
                    dx[n, r, s] += w[k, m] @ upstream[i, j]
                    dw[k, m] += np.outer(image[r, s], upstream[i, j])
    db = np.einsum("nijf->f", dy.astype(float))
    return dx.astype(x.dtype), dw.astype(w.dtype), db.astype(w.dtype)


@alternative("conv_backward")
def backward_by_einsum(dy, x, w, stride, padding):
    cut = sliding_window_view(around(x, padding), w.shape[:2], axis=(1, 2))
    dw = np.einsum("nijckl,nijf->klcf", cut[:, ::stride, ::stride], dy)
    pieces = np.einsum("nijf,klcf->nijklc", dy, w)
    dwide = np.zeros_like(around(x, padding))
    for i, j in np.ndindex(*dy.shape[1:3]):
        top, left = i * stride, j * stride
        dwide[:, top : top + w.shape[0], left : left + w.shape[1]] += pieces[:, i, j]
    end = [side - padding for side in dwide.shape[1:3]]
    return [dwide[:, padding : end[0], padding : end[1]], dw, dy.sum((0, 1, 2))]


# im2col


@alternative("im2col")
def rows_in_a_list(x, kernel_height, kernel_width, stride, padding):
    wide = around(x, padding)
    rows = []
    for image in wide:
        for top in range(0, wide.shape[1] - kernel_height + 1, stride):
            for left in range(0, wide.shape[2] - kernel_width + 1, stride):
                window = image[top : top + kernel_height, left : left + kernel_width]
                rows.append(window.ravel())
    return np.array(rows)


@alternative("im2col")
def by_a_sliding_view(x, kernel_height, kernel_width, stride, padding):
    views = sliding_window_view(around(x, padding), (kernel_height, kernel_width), axis=(1, 2))
    views = views[:, ::stride, ::stride].transpose(0, 1, 2, 4, 5, 3)
    return views.reshape(-1, kernel_height * kernel_width * x.shape[3])


@alternative("im2col")
def filled_offset_by_offset(x, kernel_height, kernel_width, stride, padding):
    wide = around(x, padding)
    n, height, width, c = wide.shape
    down, across = (height - kernel_height) // stride + 1, (width - kernel_width) // stride + 1
    rows = np.empty((n, down, across, kernel_height, kernel_width, c), x.dtype)
    for k in range(kernel_height):
        for m in range(kernel_width):
            rows[:, :, :, k, m] = wide[
                :, k : k + stride * down : stride, m : m + stride * across : stride
            ]
    return rows.reshape(n * down * across, -1)


@alternative("im2col")
def by_strides_of_memory(x, kernel_height, kernel_width, stride, padding):
    wide = np.ascontiguousarray(around(x, padding))
    n, height, width, c = wide.shape
    s = wide.strides
    down, across = (height - kernel_height) // stride + 1, (width - kernel_width) // stride + 1
    views = as_strided(
        wide,
        (n, down, across, kernel_height, kernel_width, c),
        (s[0], s[1] * stride, s[2] * stride, s[1], s[2], s[3]),
    )
    return views.reshape(n * down * across, kernel_height * kernel_width * c)


@alternative("im2col")
def by_fancy_indices(x, kernel_height, kernel_width, stride, padding):
    wide = around(x, padding)
    tops = np.arange(0, wide.shape[1] - kernel_height + 1, stride)
    lefts = np.arange(0, wide.shape[2] - kernel_width + 1, stride)
    r = tops[:, None, None, None] + np.arange(kernel_height)[:, None]
    s = lefts[None, :, None, None] + np.arange(kernel_width)
    picked = wide[:, r, s]
    return picked.reshape(len(x) * len(tops) * len(lefts), -1)


# max_pool_forward


@alternative("max_pool_forward")
def pooled_window_by_window(x, size, stride):
    height = (x.shape[1] - size) // stride + 1
    width = (x.shape[2] - size) // stride + 1
    y = np.empty((len(x), height, width, x.shape[3]), dtype=x.dtype)
    for i in range(height):
        for j in range(width):
            top, left = i * stride, j * stride
            y[:, i, j] = x[:, top : top + size, left : left + size].max(axis=(1, 2))
    return y


@alternative("max_pool_forward")
def pooled_by_a_sliding_view(x, size, stride):
    views = sliding_window_view(x, (size, size), axis=(1, 2))
    return np.max(views[:, ::stride, ::stride], axis=(-1, -2))


@alternative("max_pool_forward")
def pooled_offset_by_offset(x, size, stride):
    height, width = ((side - size) // stride + 1 for side in x.shape[1:3])
    y = np.full((len(x), height, width, x.shape[3]), -np.inf, dtype=x.dtype)
    for k in range(size):
        for m in range(size):
            below, right = k + stride * height, m + stride * width
            y = np.maximum(y, x[:, k:below:stride, m:right:stride])
    return y


@alternative("max_pool_forward")
def pooled_number_by_number(x, size, stride):
    n, h, w, c = x.shape
    y = np.zeros((n, (h - size) // stride + 1, (w - size) // stride + 1, c), x.dtype)
    for a, i, j, channel in np.ndindex(y.shape):
        best = x[a, i * stride, j * stride, channel]
        for k in range(size):
            for m in range(size):
                best = max(best, x[a, i * stride + k, j * stride + m, channel])
        y[a, i, j, channel] = best
    return y


# max_pool_backward


@alternative("max_pool_backward")
def handed_back_window_by_window(dy, x, size, stride):
    dx = np.zeros_like(x)
    n, height, width, channels = dy.shape
    images, layers = np.meshgrid(np.arange(n), np.arange(channels), indexing="ij")
    for i in range(height):
        for j in range(width):
            top, left = i * stride, j * stride
            window = x[:, top : top + size, left : left + size]
            winner = window.reshape(n, size * size, channels).argmax(axis=1)
            down, across = np.divmod(winner, size)
            dx[images, top + down, left + across, layers] += dy[:, i, j]
    return dx


@alternative("max_pool_backward")
def handed_back_number_by_number(dy, x, size, stride):
    dx = np.zeros(x.shape, dtype=x.dtype)
    for (n, i, j, c), upstream in np.ndenumerate(dy):
        best, place = -np.inf, (0, 0)
        for r in range(i * stride, i * stride + size):
            for s in range(j * stride, j * stride + size):
                if x[n, r, s, c] > best:
                    best, place = x[n, r, s, c], (r, s)
        dx[n, place[0], place[1], c] += upstream
    return dx


@alternative("max_pool_backward")
def handed_back_through_a_mask(dy, x, size, stride):
    dx = np.zeros_like(x)
    for i, j in np.ndindex(*dy.shape[1:3]):
        place = (
            slice(None),
            slice(i * stride, i * stride + size),
            slice(j * stride, j * stride + size),
        )
        flat = x[place].reshape(len(x), -1, x.shape[3])
        equal = flat == flat.max(axis=1, keepdims=True)
        first = equal & (np.cumsum(equal, axis=1) == 1)
        dx[place] += first.reshape(len(x), size, size, -1) * dy[:, i, j][:, None, None]
    return dx


@alternative("max_pool_backward")
def handed_back_offset_by_offset_in_float64(dy, x, size, stride):
    height, width = dy.shape[1:3]
    views = sliding_window_view(x, (size, size), axis=(1, 2))[:, ::stride, ::stride]
    winner = views.reshape(*dy.shape, size * size).argmax(axis=-1)
    dx = np.zeros(x.shape)
    for k in range(size):
        for m in range(size):
            below, right = k + stride * height, m + stride * width
            dx[:, k:below:stride, m:right:stride] += np.where(winner == k * size + m, dy, 0)
    return dx.astype(x.dtype)
