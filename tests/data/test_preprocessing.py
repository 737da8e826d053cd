import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import preprocessing as scikit
from sklearn.impute import SimpleImputer

from dlcourse.data import preprocessing as ours

NAN = np.nan
SEEDS = st.integers(0, 2**32)


def tables(seed, rows=20, constant=True):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, 4)) * [1, 100, 1e-3, 1] + [0, 5, 0, -3]
    if constant:
        x[:, 3] = 0.1  # whose mean is not exactly 0.1
    return x, rng.normal(size=(5, 4))


@given(SEEDS)
@pytest.mark.parametrize("name", ["StandardScaler", "MinMaxScaler", "RobustScaler"])
def test_scalers_are_scikit_learns(name, seed):
    train, other = tables(seed)
    mine, theirs = getattr(ours, name)().fit(train), getattr(scikit, name)().fit(train)
    for x in (train, other):
        np.testing.assert_allclose(mine.transform(x), theirs.transform(x), rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(mine.inverse(mine.transform(x)), x, rtol=1e-9, atol=1e-9)


def test_scalers_know_the_training_part_alone():
    train, other = tables(0)
    scaler = ours.StandardScaler().fit(train)
    before = scaler.shift.copy(), scaler.scale.copy()
    scaler.transform(other)
    np.testing.assert_array_equal(before, (scaler.shift, scaler.scale))


@pytest.mark.parametrize("norm", ["l1", "l2", "max"])
def test_normalize_is_scikit_learns(norm):
    x = np.vstack([tables(0)[0], np.zeros((1, 4))])
    np.testing.assert_allclose(ours.normalize(x, norm), scikit.normalize(x, norm))


@given(SEEDS)
@pytest.mark.parametrize("strategy", ["mean", "median", "most_frequent", "constant"])
def test_imputer_is_scikit_learns(strategy, seed):
    rng = np.random.default_rng(seed)
    train = rng.integers(5, size=(20, 3)).astype(float)
    train[rng.random(train.shape) < 0.3] = NAN
    train[0] = 1
    other = np.array([[NAN, 1, NAN]])
    theirs = SimpleImputer(strategy=strategy, fill_value=-1.0).fit(train)
    mine = ours.Imputer(strategy, fill_value=-1.0).fit(train)
    for x in (train, other):
        np.testing.assert_allclose(mine.transform(x), theirs.transform(x))
    assert np.isnan(train).any() or strategy  # the input is left as it was


def test_duplicates():
    x = [[1, 2], [1, NAN], [1, 2], [2, 1], [1, NAN], [0, 1], [-0.0, 1]]
    assert ours.duplicate_rows(x).tolist() == [False, False, True, False, True, False, True]


def test_interquartile_bounds():
    train = np.arange(101.0)[:, None]
    bounds = ours.InterquartileBounds().fit(train)
    assert (bounds.low, bounds.high) == ([-50], [150])
    x = np.array([[-50.0], [-51.0], [150.0], [151.0], [NAN]])
    assert bounds.outside(x).ravel().tolist() == [False, True, False, True, False]
    assert bounds.clip(x).ravel()[:4].tolist() == [-50, -50, 150, 150]


def test_z_scores_of_ten_rows_never_pass_three():
    x = np.zeros((10, 1))
    x[0] = 1e9
    assert not ours.ZScoreBounds(3).fit(x).outside(x).any()
    assert ours.InterquartileBounds().fit(x).outside(x).sum() == 1
    x = np.zeros((100, 1))
    x[0] = 1e9
    assert ours.ZScoreBounds(3).fit(x).outside(x).sum() == 1


def test_categories():
    names = ["Toyota", " toyota ", "TOYOTA", "toyouta", "ford", "Ford  ", "maxda", "mazda", "mazda"]
    proposal = ours.similar_categories(names)
    assert proposal == {"toyouta": "toyota", "maxda": "mazda"}
    unified = ours.unify_categories([*names, "VW"], {**proposal, "vw": "Volkswagen"})
    assert sorted(set(unified)) == ["ford", "mazda", "toyota", "volkswagen"]
    assert ours.tidy_category("  Alfa \t Romeo\n") == "alfa romeo"


def test_a_chain_of_spellings_ends_at_the_frequent_one():
    names = ["volkswagen"] * 3 + ["vokswagen"] * 2 + ["vokswagn"]
    proposal = ours.similar_categories(names)
    assert set(proposal.values()) == {"volkswagen"}
    assert set(ours.unify_categories(names, proposal)) == {"volkswagen"}


@pytest.mark.parametrize("values", [["b", "a", "b", "c"], [3, 1, 3, 7], np.array(["x", "yy"])])
def test_one_hot_encoder_is_scikit_learns(values):
    column = np.asarray(values)[:, None]
    mine = ours.OneHotEncoder().fit(values)
    np.testing.assert_array_equal(
        mine.transform(values), scikit.OneHotEncoder(sparse_output=False).fit_transform(column)
    )
    assert mine.inverse(mine.transform(values)).tolist() == list(values)


def test_unknown_categories():
    encoder = ours.OneHotEncoder(unknown="zeros").fit(["a", "c"])
    assert encoder.transform(["b", "c", "d"]).tolist() == [[0, 0], [0, 1], [0, 0]]
    encoder = ours.OneHotEncoder().fit(["a", "c"])
    with pytest.raises(ValueError, match=r"values\[1\] is 'b': expected one of a, c"):
        encoder.transform(["a", "b"])


def test_one_hot():
    assert ours.one_hot([2, 0], 3).tolist() == [[0, 0, 1], [1, 0, 0]]


LABELS = np.repeat([0, 1, 3], [50, 10, 3])


def test_random_sample_and_bootstrap():
    sample = ours.random_sample(10, 10, 0)
    assert sorted(sample) == list(range(10))
    drawn = ours.bootstrap(100_000, 0)
    assert len(np.unique(drawn)) / 100_000 == pytest.approx(1 - 1 / np.e, abs=0.005)


@given(SEEDS, st.integers(1, 63))
def test_stratified_sample_keeps_the_proportions(seed, size):
    chosen = ours.stratified_sample(LABELS, size, seed)
    assert len(np.unique(chosen)) == size
    counts = np.bincount(LABELS[chosen], minlength=4)
    assert (abs(counts - np.bincount(LABELS) * size / 63) < 1).all()


def test_oversample_keeps_every_example():
    chosen = ours.oversample(LABELS, 0)
    assert np.bincount(LABELS[chosen]).tolist() == [50, 50, 0, 50]
    assert set(chosen) == set(range(63))


def test_thinned_keeps_a_share_of_one_class():
    chosen = ours.thinned(LABELS, 1, 0.3, 0)
    assert np.bincount(LABELS[chosen]).tolist() == [50, 3, 0, 3]
    assert (np.diff(chosen) > 0).all()
    assert len(ours.thinned(LABELS, 3, 0.01, 0)) == 61
    with pytest.raises(ValueError, match="label is 7: expected one of 0, 1, 3"):
        ours.thinned(LABELS, 7, 0.5, 0)


def test_undersample_repeats_none():
    chosen = ours.undersample(LABELS, 0)
    assert np.bincount(LABELS[chosen]).tolist() == [3, 3, 0, 3]
    assert len(set(chosen)) == 9


def test_smote_lies_between_neighbours_of_its_class():
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, 2 * np.pi, 40)
    ring = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    x, y = np.vstack([rng.normal(size=(90, 2)) + 9, ring]), np.repeat([0, 1], [90, 40])
    made = ours.smote(x, y, 0, neighbours=2)
    assert np.bincount(made.y).tolist() == [90, 90]
    np.testing.assert_array_equal(made.x[:130], x)
    radius = np.linalg.norm(made.x[130:], axis=1)
    assert (radius <= 1 + 1e-12).all()
    assert radius.min() > 0.85  # between near neighbours on the ring, never across it
    assert len(np.unique(made.x[130:], axis=0)) == 50


@given(SEEDS)
def test_no_split_leaks(seed):
    """Rows that occur more than once never stand on both sides, and nothing is lost."""
    rng = np.random.default_rng(seed)
    x = rng.integers(12, size=(80, 1)).astype(np.float32)
    y = (x[:, 0] % 3).astype(int)
    x = np.hstack([x, 2 * x])
    parts = ours.split((x, y), seed, (0.5, 0.25, 0.25), stratify=False)
    values = [set(part.x[:, 0].tolist()) for part in parts]
    assert sum(map(len, values)) == len(set.union(*values))
    assert sorted(np.concatenate([part.x[:, 0] for part in parts])) == sorted(x[:, 0])
    for part in parts:
        np.testing.assert_array_equal(part.y, part.x[:, 0] % 3)


def test_split_is_stratified():
    x = np.random.default_rng(0).normal(size=(1000, 3))
    y = np.repeat([0, 1], [900, 100])
    parts = ours.split((x, y), 0)
    assert [len(part.x) for part in parts] == [700, 150, 150]
    assert [int(part.y.sum()) for part in parts] == [70, 15, 15]


def test_groups_stay_together():
    groups = np.repeat(np.arange(30), 10)
    parts = ours.split_groups(groups, (0.8, 0.2), 0)
    assert [len(part) for part in parts] == [240, 60]
    assert not set(groups[parts[0]]) & set(groups[parts[1]])


@pytest.mark.parametrize(
    ("act", "kind", "sentence"),
    [
        (lambda: ours.StandardScaler().fit([[1, NAN]]), ValueError, "x[0, 1] = nan: expected fin"),
        (lambda: ours.StandardScaler().fit([1, 2]), ValueError, "x has shape (2,): expected (n, "),
        (lambda: ours.StandardScaler().fit(np.zeros((0, 3))), ValueError, "x holds no values"),
        (lambda: ours.StandardScaler().transform([[1]]), RuntimeError, "was asked before fit"),
        (
            lambda: ours.MinMaxScaler().fit([[1, 2]]).transform([[1]]),
            ValueError,
            "x has 1 features: expected 2, as in fit",
        ),
        (lambda: ours.Imputer("mode"), ValueError, "strategy is 'mode': expected one of mean,"),
        (lambda: ours.Imputer().fit([[NAN], [NAN]]), ValueError, "x has no value at all in feat"),
        (lambda: ours.Imputer().fit([[np.inf]]), ValueError, "x[0, 0] = inf: expected finite"),
        (lambda: ours.normalize([[1]], "l3"), ValueError, "norm is 'l3': expected 'l1', 'l2' or"),
        (lambda: ours.OneHotEncoder("skip"), ValueError, "unknown is 'skip': expected 'error' or"),
        (lambda: ours.OneHotEncoder().transform(["a"]), RuntimeError, "was asked before fit"),
        (lambda: ours.OneHotEncoder().fit([0.5]), TypeError, "values has dtype float64: expected"),
        (lambda: ours.OneHotEncoder().fit([]), ValueError, "values has shape (0,): expected (n,)"),
        (
            lambda: ours.OneHotEncoder().fit(np.array(["a", None], dtype=object)),
            TypeError,
            "values holds NoneType, str: expected names or whole numbers alone",
        ),
        (lambda: ours.one_hot([3], 3), ValueError, "labels[0] is 3: expected labels from 0 to 2"),
        (lambda: ours.random_sample(3, 4, 0), ValueError, "size is 4: expected at most 3"),
        (lambda: ours.oversample([], 0), ValueError, "y holds no labels"),
        (
            lambda: ours.smote(np.zeros((5, 1)), [0, 0, 0, 1, 1], 0),
            ValueError,
            "neighbours is 5, and class 1 has 2 examples: expected more examples than neighbours",
        ),
        (
            lambda: ours.split_groups([1, 2], (0.5, 0.2), 0),
            ValueError,
            "fractions sum to 0.7: expected 1",
        ),
        (
            lambda: ours.split_groups([1, 1], (0.5, 0.5), 0),
            ValueError,
            "part 1 of fractions (0.5, 0.5) got no example out of 2",
        ),
        (
            lambda: ours.split_groups([1, 1, 2], (0.5, 0.5), 0, [0, 1, 1]),
            ValueError,
            "group 1 holds several labels",
        ),
        (lambda: ours.similar_categories(["a"], cutoff=2), ValueError, "cutoff is 2: expected a"),
    ],
)
def test_bad_input(act, kind, sentence):
    with pytest.raises(kind, match=re.escape(sentence)) as caught:
        act()
    assert "\n" not in str(caught.value)
