"""What is tried on a GPU. The simulator runs the same, so that the tests themselves are tried."""

import numpy as np

from dlcourse.data import load_digits
from dlcourse.devices import Device
from dlcourse.kernels import cuda as kernels
from dlcourse.kernels.cuda import graphs, ladder, memory
from dlcourse.layers import BatchNorm, Dense, Dropout, ReLU
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import Adam
from dlcourse.training import fit
from tests.gpu.places import Guarded
from tests.kernels.cuda.cases import compare, draw, out


def kernel_case(name, arguments, device: Device) -> None:
    """A kernel against float64: poisoned outputs, and guards around every array."""
    place = Guarded(device)
    compare(name, arguments, place.put)
    place.check()


def product(rows: int, inner: int, columns: int, device: Device) -> None:
    """The three orientations and the ladder, against float64."""
    place = Guarded(device)
    x, w, b, dy = draw(rows, inner), draw(inner, columns), draw(columns), draw(rows, columns)
    outputs = [out(rows, columns), out(inner, columns), out(columns), out(rows, inner)]
    x_, w_, b_, dy_, y, dw, db, dx = map(place.put, (x, w, b, dy, *outputs))
    kernels.dense_forward(x_, w_, b_, y)
    kernels.dense_backward(x_, w_, dy_, dw, db, dx)
    x64, w64, dy64 = (each.astype(np.float64) for each in (x, w, dy))
    close(y, x64 @ w64 + b, inner)
    close(dw, x64.T @ dy64, rows)
    close(db, dy64.sum(0), rows)
    close(dx, dy64 @ w64.T, columns)
    for rung in (ladder.naive, ladder.tiled):
        c = place.put(out(rows, columns))
        rung(x_, w_, c)
        close(c, x64 @ w64, inner)
    place.check()


def close(actual, expected, terms: int) -> None:
    """A float32 sum of so many products of numbers of size one; its error grows like the root."""
    bound = 3e-6 * np.sqrt(terms) + 1e-6
    assert np.abs(actual.copy_to_host() - expected).max() < bound


def sums(count: int, device: Device) -> None:
    """Sums and norms of more numbers than one block adds up, and the same bits every time."""
    place = Guarded(device)
    values = draw(count)
    there = place.put(values)
    found = [float(kernels.sum_of_squares(there)) for _ in range(3)]
    assert len(set(found)) == 1
    np.testing.assert_allclose(found[0], (values.astype(np.float64) ** 2).sum(), rtol=1e-5)
    place.check()


def golden_run(device: Device, rows: int, epochs: int) -> None:
    """The losses of a whole training are the CPU's, to the rounding of float32."""
    digits = load_digits()
    data = digits.train.x[:rows], digits.train.y[:rows]

    def losses(place) -> np.ndarray:
        layers = Dense(16), BatchNorm(), ReLU(), Dropout(0.2), Dense(10)
        model = Sequential(*layers, input_shape=(64,), rng=0).to(place)
        optimizer = Adam(model.parameters, learning_rate=1e-2)
        history = fit(
            model, SoftmaxCrossEntropy(), optimizer, data, validation=data,
            epochs=epochs, batch_size=24, rng=1, clip_norm=1.0, progress=False,
        )  # fmt: skip
        return np.array([history["loss"], history["validation_loss"], history["accuracy"]])

    here, there = losses("cpu"), losses(device)
    assert here[0, -1] < here[0, 0] or epochs == 1
    np.testing.assert_allclose(there, here, rtol=1e-3)


def recorded_steps(device: Device) -> None:
    """A graph does what its launches did, as often as it is replayed; the device is a GPU."""
    total, one = device.put(np.zeros(1000, np.float32)), device.put(np.ones(1000, np.float32))
    graph = graphs.record(lambda: memory.add_scaled(total, one, 0.5))
    graph.synchronize()
    assert (total.copy_to_host() == 0.5).all()  # run once; recording does not run it
    for _ in range(3):
        graph.replay()
    graph.synchronize()
    assert (total.copy_to_host() == 2).all()


def recorded_training(device: Device) -> None:
    """Replays are the steps that would have been taken: Adam's count goes on, and dropout's."""
    digits = load_digits()
    x, labels = device.put(digits.train.x[:64]), device.put(digits.train.y[:64])

    def trained(replays: int) -> np.ndarray:
        layers = Dense(16), ReLU(), Dropout(0.3), Dense(10)
        model = Sequential(*layers, input_shape=(64,), rng=0).to(device)
        loss, optimizer = SoftmaxCrossEntropy(), Adam(model.parameters, learning_rate=1e-2)

        def step() -> None:
            loss.forward(model.forward(x), labels)
            model.backward(loss.backward())
            optimizer.step()

        if replays:
            graph = graphs.record(step)
            for _ in range(replays):
                graph.replay()
            graph.synchronize()
        else:
            for _ in range(6):
                step()
        return model.parameters.values.copy_to_host()

    np.testing.assert_allclose(trained(5), trained(0), rtol=1e-4, atol=1e-5)
