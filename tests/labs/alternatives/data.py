"""
Right solutions of the data lab in other styles, each of which has to get every point.

They live beside the tests and not in the package: what learners install holds no solutions.
"""

import math
from collections import defaultdict

import numpy as np

from tests.labs.alternatives import entering

ALTERNATIVES = {}
alternative = entering(ALTERNATIVES)


# find_faults


def keys_of(x):
    """Rows as tuples that can be compared, with None for a gap."""
    return [tuple(None if np.isnan(value) else float(value) for value in row) for row in x]


def quartile_limits(x):
    first, third = np.nanpercentile(x, [25, 75], axis=0)
    return first - 1.5 * (third - first), third + 1.5 * (third - first)


@alternative("find_faults")
def limits_and_a_set(x):
    missing = np.isnan(x)
    low, high = quartile_limits(x)
    seen, repeated = set(), np.zeros(len(x), dtype=bool)
    for k, key in enumerate(keys_of(x)):
        repeated[k] = key in seen
        seen.add(key)
    return missing, (x < low) | (x > high), repeated


@alternative("find_faults")
def all_rows_against_all(x):
    gaps = x != x
    quartiles = [np.nanquantile(column, [0.25, 0.75]) for column in x.T]
    reach = np.array([1.5 * (q[1] - q[0]) for q in quartiles])
    low = np.array([q[0] for q in quartiles]) - reach
    high = np.array([q[1] for q in quartiles]) + reach
    equal = ((x[:, None] == x) | (gaps[:, None] & gaps)).all(axis=2)
    return gaps, np.logical_or(x < low, x > high), np.tril(equal, k=-1).any(axis=1)


@alternative("find_faults")
def loops_alone(x):
    n, i = x.shape
    missing, outlier = np.zeros((n, i), dtype=bool), np.zeros((n, i), dtype=bool)
    for column in range(i):
        present = [float(value) for value in x[:, column] if not math.isnan(value)]
        for row in range(n):
            missing[row, column] = math.isnan(x[row, column])
        if present:
            first, third = np.percentile(present, 25), np.percentile(present, 75)
            for row in range(n):
                value = float(x[row, column])
                outlier[row, column] = value < first - 1.5 * (
                    third - first
                ) or value > third + 1.5 * (third - first)
    rows = keys_of(x)
    return missing, outlier, np.array([rows[k] in rows[:k] for k in range(n)])


@alternative("find_faults")
def first_places_by_unique(x):
    """np.unique takes NaN for different, so gaps are marked in columns of their own."""
    missing = np.isnan(x)
    marked = np.hstack([np.where(missing, 0, x), missing])
    _, first = np.unique(marked, axis=0, return_index=True)
    repeated = np.ones(len(x), dtype=bool)
    repeated[first] = False
    low, high = quartile_limits(x)
    with np.errstate(invalid="ignore"):
        inside = (x >= low) & (x <= high)
    return missing, ~inside & ~missing, repeated


@alternative("find_faults")
def numbers_for_masks(x):
    """0 and 1 are as good as False and True."""
    missing, outlier, repeated = limits_and_a_set(x)
    return missing.astype(int), outlier.astype(np.int8), repeated.astype(int)


# fill_gaps


@alternative("fill_gaps")
def where_it_is_nan(train, test):
    medians = np.nanmedian(train, axis=0)
    return np.where(np.isnan(train), medians, train), np.where(np.isnan(test), medians, test)


@alternative("fill_gaps")
def copies_filled_column_by_column(train, test):
    train, test = train.copy(), test.copy()
    for column in range(train.shape[1]):
        middle = np.nanmedian(train[:, column])
        for table in (train, test):
            table[np.isnan(table[:, column]), column] = middle
    return train, test


@alternative("fill_gaps")
def sorted_by_hand(train, test):
    filled = [np.empty_like(train), np.empty_like(test)]
    for j in range(train.shape[1]):
        values = sorted(v for v in train[:, j].tolist() if v == v)
        n = len(values)
        middle = (values[(n - 1) // 2] + values[n // 2]) / 2
        for table, result in zip((train, test), filled, strict=True):
            for k in range(len(table)):
                result[k, j] = middle if math.isnan(table[k, j]) else table[k, j]
    return tuple(filled)


@alternative("fill_gaps")
def by_places(train, test):
    medians = [np.median(column[~np.isnan(column)]) for column in train.T]
    result = []
    for table in (train, test):
        table = np.array(table)
        rows, columns = np.nonzero(np.isnan(table))
        table[rows, columns] = np.take(medians, columns)
        result.append(table)
    return result


@alternative("fill_gaps")
def nan_to_num_a_column_at_a_time(train, test):
    medians = np.nanquantile(train.astype(np.float64), 0.5, axis=0)

    def filled(table):
        columns = [np.nan_to_num(table[:, j], nan=medians[j]) for j in range(len(medians))]
        return np.stack(columns, axis=1).astype(table.dtype)

    return filled(train), filled(test)


# standardize


@alternative("standardize")
def deviation_or_one(train, test):
    mean, spread = train.mean(axis=0), train.std(axis=0)
    spread[spread == 0] = 1
    return (train - mean) / spread, (test - mean) / spread


@alternative("standardize")
def column_by_column(train, test):
    train, test = train.copy(), test.copy()
    for j in range(train.shape[1]):
        mean, spread = train[:, j].mean(), train[:, j].std()
        train[:, j] -= mean
        test[:, j] -= mean
        if spread > 0:
            train[:, j] /= spread
            test[:, j] /= spread
    return train, test


@alternative("standardize")
def squares_of_the_centred(train, test):
    n = train.shape[0]
    mean = np.sum(train, axis=0) / train.dtype.type(n)
    centred = train - mean
    spread = np.sqrt(np.einsum("ni,ni->i", centred, centred) / train.dtype.type(n))
    spread = np.where(spread > 0, spread, np.ones_like(spread))
    return centred / spread, (test - mean) / spread


@alternative("standardize")
def float64_inside(train, test):
    wide = train.astype(np.float64)
    mean, variance = wide.mean(axis=0), wide.var(axis=0)
    scale = np.ones_like(variance)
    np.divide(1, np.sqrt(variance), out=scale, where=variance > 0)
    return [((table - mean) * scale).astype(table.dtype) for table in (train, test)]


@alternative("standardize")
def plain_python(train, test):
    done = np.empty_like(train), np.empty_like(test)
    for j in range(train.shape[1]):
        numbers = train[:, j].tolist()
        mean = math.fsum(numbers) / len(numbers)
        spread = math.sqrt(math.fsum((number - mean) ** 2 for number in numbers) / len(numbers))
        for table, result in zip((train, test), done, strict=True):
            for k, value in enumerate(table[:, j].tolist()):
                result[k, j] = (value - mean) / (spread or 1)
    return done


# one_hot


@alternative("one_hot")
def codes_against_categories(codes, classes):
    return (codes[:, np.newaxis] == np.arange(classes)).astype(float)


@alternative("one_hot")
def rows_of_the_identity(codes, classes):
    encoded = np.eye(classes)[codes]
    encoded[codes == -1] = 0
    return encoded


@alternative("one_hot")
def a_loop(codes, classes):
    encoded = np.zeros((len(codes), classes), dtype=np.float32)
    for row, code in enumerate(codes):
        if code >= 0:
            encoded[row, code] = 1
    return encoded


@alternative("one_hot")
def by_places_of_the_known(codes, classes):
    encoded = np.zeros((codes.size, classes), dtype=int)
    known = np.flatnonzero(codes >= 0)
    encoded[known, codes[known]] = 1
    return encoded


@alternative("one_hot")
def a_column_cut_off(codes, classes):
    wide = np.zeros((len(codes), classes + 1))
    wide[np.arange(len(codes)), codes] = 1.0
    return wide[:, :-1].copy()


# split_and_oversample


@alternative("split_and_oversample")
def resized(y, order, test_size):
    test, train = order[:test_size], order[test_size:]
    counts = np.bincount(y[train])
    extra = [
        np.resize(train[y[train] == label], counts.max())[count:]
        for label, count in enumerate(counts)
        if count > 0
    ]
    return np.concatenate([train, *extra]), test


@alternative("split_and_oversample")
def lists_of_members(y, order, test_size):
    test, train = list(order[:test_size]), list(order[test_size:])
    members = defaultdict(list)
    for example in train:
        members[int(y[example])].append(example)
    most = max(len(group) for group in members.values())
    for label in sorted(members):
        group = members[label]
        train += [group[k % len(group)] for k in range(len(group), most)]
    return np.array(train, dtype=int), np.array(test, dtype=int)


@alternative("split_and_oversample")
def remainders(y, order, test_size):
    train = order[test_size:].copy()
    labels = y[train]
    classes, counts = np.unique(labels, return_counts=True)
    parts = [train]
    for label, count in zip(classes, counts, strict=True):
        places = np.flatnonzero(labels == label)
        parts.append(train[places[np.arange(counts.max() - count) % count]])
    return np.hstack(parts), order[:test_size].copy()


@alternative("split_and_oversample")
def appended_one_by_one(y, order, test_size):
    test, rest = np.split(order, [test_size])
    train = rest.tolist()
    counts = np.bincount(y[rest])
    for label in range(len(counts)):
        mine = [example for example in rest.tolist() if y[example] == label]
        place = 0
        while mine and counts[label] + place < max(counts):
            train.append(mine[place % len(mine)])
            place += 1
    return [np.asarray(train), test]


@alternative("split_and_oversample")
def tiled_and_cut(y, order, test_size):
    train = order[test_size:]
    most = np.unique(y[train], return_counts=True)[1].max()
    result = train
    for label in np.unique(y[train]):
        mine = train[y[train] == label]
        result = np.append(result, np.tile(mine, most)[: most - len(mine)])
    return result, order[:test_size]


# augment


@alternative("augment")
def slices(images, flips, shifts):
    changed = np.zeros_like(images)
    _, h, w = images.shape
    for k in range(len(images)):
        image = images[k, :, ::-1] if flips[k] else images[k]
        down, right = shifts[k]
        if abs(down) >= h or abs(right) >= w:
            continue
        changed[k, max(0, down) : h + min(0, down), max(0, right) : w + min(0, right)] = image[
            max(0, -down) : h - max(0, down), max(0, -right) : w - max(0, right)
        ]
    return changed


@alternative("augment")
def padded_and_cut_out(images, flips, shifts):
    n, h, w = images.shape
    changed = np.where(flips[:, None, None], images[:, :, ::-1], images)
    padded = np.pad(changed, ((0, 0), (h, h), (w, w)))
    for k in range(n):
        down, right = np.clip(shifts[k], [-h, -w], [h, w])
        changed[k] = padded[k, h - down : 2 * h - down, w - right : 2 * w - right]
    return changed


@alternative("augment")
def rolled_and_wiped(images, flips, shifts):
    result = images.copy()
    _, h, w = images.shape
    for k, (down, right) in enumerate(shifts.tolist()):
        if flips[k]:
            result[k] = np.fliplr(images[k])
        result[k] = np.roll(result[k], (down, right), axis=(0, 1))
        if down > 0:
            result[k, :down] = 0
        elif down < 0:
            result[k, max(h + down, 0) :] = 0
        if right > 0:
            result[k, :, :right] = 0
        elif right < 0:
            result[k, :, max(w + right, 0) :] = 0
    return result


@alternative("augment")
def pixel_by_pixel(images, flips, shifts):
    result = np.zeros(images.shape, dtype=images.dtype)
    n, h, w = images.shape
    for k in range(n):
        for row in range(h):
            for column in range(w):
                to_row = row + shifts[k, 0]
                to_column = (w - 1 - column if flips[k] else column) + shifts[k, 1]
                if 0 <= to_row < h and 0 <= to_column < w:
                    result[k, to_row, to_column] = images[k, row, column]
    return result


@alternative("augment")
def places_looked_up(images, flips, shifts):
    n, h, w = images.shape
    rows = np.arange(h) - shifts[:, :1]
    columns = np.arange(w) - shifts[:, 1:]
    inside = ((rows >= 0) & (rows < h))[:, :, None] & ((columns >= 0) & (columns < w))[:, None]
    columns = np.where(flips[:, None], w - 1 - columns, columns)
    k = np.arange(n)[:, None, None]
    found = images[k, rows.clip(0, h - 1)[:, :, None], columns.clip(0, w - 1)[:, None]]
    return np.where(inside, found, images.dtype.type(0))


@alternative("augment")
def by_matrices(images, flips, shifts):
    _, height, width = images.shape
    result = np.empty_like(images)
    for k, (down, right) in enumerate(shifts):
        move_rows, move_columns = np.eye(height, k=-down), np.eye(width, k=right)
        image = images[k][:, ::-1] if flips[k] else images[k]
        result[k] = move_rows @ image @ move_columns
    return result
