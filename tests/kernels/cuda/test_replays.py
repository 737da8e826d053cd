"""While a step is recorded, the count of steps is the device's: here replayed by hand."""

import numpy as np
import pytest

from dlcourse.kernels import cpu, cuda
from dlcourse.kernels.cuda.replays import count_replay, counted_by, replay_counter
from dlcourse.kernels.cuda.simulated_memory import to_device
from tests.kernels.cuda.cases import draw

N = 37


def replayed(launch, times):
    """Do what a graph of these launches would do."""
    counter = to_device(np.array([-1]))
    for _ in range(times):
        with counted_by(counter):
            count_replay(counter)
            launch()
    assert replay_counter() is None


def arrays(name):
    states = [draw(N, seed=2), abs(draw(N, seed=3)) + 1, abs(draw(N, seed=4)) + 1]
    return [draw(N), draw(N, seed=1), *states[: 3 if name == "amsgrad_step" else 2]]


@pytest.mark.parametrize("first", [1, 1000])
@pytest.mark.parametrize("betas", [(0.9, 0.999), (0.0, 0.99999)])
@pytest.mark.parametrize("name", ["adam_step", "amsgrad_step", "adamax_step"])
def test_the_steps_of_adam_are_counted_on(name, betas, first):
    expected = [array.astype(np.float64) for array in arrays(name)]
    actual = [to_device(array) for array in arrays(name)]
    for t in range(first, first + 4):
        getattr(cpu, name)(*expected, 0.01, *betas, 1e-8, t, 0.99)
    replayed(lambda: getattr(cuda, name)(*actual, 0.01, *betas, 1e-8, first, 0.99), 4)
    for array, right in zip(actual, expected, strict=True):
        np.testing.assert_allclose(array.copy_to_host(), right, rtol=2e-5, atol=2e-6)


def test_dropout_draws_anew_in_each_replay():
    x, y, found = draw(N), to_device(draw(N)), []

    def launch():
        cuda.dropout(to_device(x), y, 5, 7, 0.5)
        found.append(y.copy_to_host())

    replayed(launch, 3)
    for replay, drawn in enumerate(found):
        right = np.empty_like(x)
        cpu.dropout(x, right, 5, 7 + replay, 0.5)
        assert np.array_equal(drawn, right)
    assert not np.array_equal(found[0], found[1])
