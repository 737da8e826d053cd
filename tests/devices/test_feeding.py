"""Data on its way to the (simulated) GPU, and how little comes back."""

import numpy as np
import pytest

from dlcourse.data import Augmentation, Dataset, batches
from dlcourse.devices import device, to_host
from dlcourse.kernels.cuda import simulated_memory, transfers
from dlcourse.kernels.cuda.simulated_memory import copies_to_host
from dlcourse.layers import Dense, Embedding, ReLU
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import Adam, Optimizer
from dlcourse.regularizers import L2, MaxNorm
from dlcourse.schedules import CosineDecay
from dlcourse.training import evaluate, fit
from dlcourse.training.feed import Feed

pytestmark = pytest.mark.simulated

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(23, 4)).astype(np.float32), RNG.integers(3, size=23)


def rows(feed, size, rng=None):
    return [(to_host(x).copy(), to_host(y).copy()) for x, y in feed.batches(size, rng)]


@pytest.mark.parametrize("room", ["enough", "too little"])
@pytest.mark.parametrize(("x", "y"), [(X, Y), (RNG.integers(9, size=(23, 2, 3)), X)])
@pytest.mark.parametrize("size", [1, 5, 23, 40])
@pytest.mark.parametrize("seed", [None, 3])
def test_batches_are_those_of_the_cpu(monkeypatch, room, x, y, size, seed):
    if room == "too little":
        monkeypatch.setattr(simulated_memory, "FREE_BYTES", 100)
    rngs = [None if seed is None else np.random.default_rng(seed) for _ in range(2)]
    expected = [(a.copy(), b.copy()) for a, b in batches(Dataset(x, y), size, rngs[0])]
    found = rows(Feed(device("cuda"), Dataset(x, y)), size, rngs[1])
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b)
            assert a.dtype == b.dtype


def test_augmented_batches_are_those_of_the_cpu():
    images = RNG.random((9, 4, 4, 1)).astype(np.float32)
    data, augment = Dataset(images, Y[:9]), Augmentation(rotation=40, noise=0.1)
    expected = rows(Feed(device("cpu"), data, augment), 4, np.random.default_rng(1))
    found = rows(Feed(device("cuda"), data, augment), 4, np.random.default_rng(1))
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one[0], other[0])
    assert not np.array_equal(found[0][0], images[:4])


class TestAhead:
    """The simulated stream copies as late as it may: without a wait the old numbers are there."""

    def test_a_batch_that_is_not_waited_for_is_not_there(self, monkeypatch):
        monkeypatch.setattr(simulated_memory.SimulatedEvent, "wait", lambda self, stream=None: None)
        like = device("cuda").empty(1, np.float32)
        (first,) = next(transfers.ahead(like, iter([(X[:5],), (X[5:10],)])))
        assert not np.array_equal(to_host(first), X[:5])

    def test_the_next_batch_is_on_its_way_while_one_is_worked_on(self):
        asked = []

        def source():
            for number in range(4):
                asked.append(number)
                yield (np.full(3, number, np.float32),)

        seen = []
        for (array,) in transfers.ahead(device("cuda").empty(1, np.float32), source()):
            seen.append((to_host(array)[0], len(asked)))
        assert seen == [(0, 2), (1, 3), (2, 4), (3, 4)]

    def test_a_room_is_not_filled_before_its_batch_has_left(self, monkeypatch):
        """Without the host's wait, a batch still on its way would be overwritten by the next."""
        waited = []
        real = simulated_memory.SimulatedEvent.synchronize
        monkeypatch.setattr(
            simulated_memory.SimulatedEvent,
            "synchronize",
            lambda self: (waited.append(self), real(self)),
        )
        like = device("cuda").empty(1, np.float32)
        slot = transfers._Slot(like, (X[:5],))
        stream = simulated_memory.SimulatedStream()
        (array,) = slot.send((X[:5],), stream)
        slot.send((X[5:10],), stream)  # nobody has asked for the first
        assert len(waited) >= 2
        np.testing.assert_array_equal(to_host(array), X[:5])


def test_a_training_step_copies_nothing_to_the_host(monkeypatch):
    """Loss, penalty, clipping, schedule, bound, accumulation, right answers: none of it waits."""
    during, real = [], Optimizer.step

    def step(self):
        real(self)
        during.append(len(copies))

    monkeypatch.setattr(Optimizer, "step", step)
    model = Sequential(Dense(5), ReLU(), Dense(3), input_shape=(4,), rng=0).to("cuda")
    with copies_to_host() as copies:
        history = fit(
            model, SoftmaxCrossEntropy(), Adam(model.parameters), (X[:9], Y[:9]), epochs=2,
            batch_size=4, rng=0, penalty=L2(0.1), clip_norm=0.5, clip_value=0.4,
            max_norm=MaxNorm(2.0), schedule=CosineDecay(0.01, 9), accumulate=2, progress=False,
        )  # fmt: skip
    assert len(during) == 4  # two steps an epoch
    assert during[:2] == [0, 0]
    assert during[2] == during[3]
    # What the history needs: loss, norms, accuracy, and the penalty of two weight matrices.
    assert during[3] <= 5
    assert len(copies) == 2 * during[3]
    assert sum(copies) <= 32 * len(copies)
    assert set(history) == {"loss", "accuracy", "penalty", "learning_rate", "seconds"}


def test_evaluation_reads_once_at_the_end():
    model = Sequential(Dense(3), input_shape=(4,), rng=0).to("cuda")
    with copies_to_host() as copies:
        plain = evaluate(model, SoftmaxCrossEntropy(), (X, Y), batch_size=5)
    assert len(copies) == 2

    def mean(target, y):
        assert isinstance(y, np.ndarray)
        assert len(y) == len(target) == 23
        return float(y.mean())

    with copies_to_host() as copies:
        again = evaluate(model, SoftmaxCrossEntropy(), (X, Y), 5, {"mean": mean})
    assert len(copies) == 3
    assert again["mean"] == pytest.approx(model.predict(X).mean(), rel=1e-6)
    model.to("cpu")
    assert evaluate(model, SoftmaxCrossEntropy(), (X, Y)) == pytest.approx(plain, rel=1e-6)


def test_words_go_to_the_device_as_they_are():
    x = RNG.integers(7, size=(20, 3))
    results = []
    for name in ("cpu", "cuda"):
        model = Sequential(Embedding(7, 2), Dense(3), input_shape=(3,), rng=0).to(name)
        history = fit(
            model, SoftmaxCrossEntropy(), Adam(model.parameters, 0.05), (x, x % 3), epochs=1,
            batch_size=10, rng=0, progress=False,
        )  # fmt: skip
        results.append((history["loss"][0], to_host(model.parameters.values)))
    assert results[1][0] == pytest.approx(results[0][0], rel=1e-5)
    np.testing.assert_allclose(results[1][1], results[0][1], atol=1e-5)
