"""The benchmarks of the GPU run from end to end, at tiny sizes, on the simulator."""

import json

import pytest

from dlcourse import devices
from tests.benchmarks.cuda import __main__ as command
from tests.benchmarks.cuda import products, steps
from tests.benchmarks.cuda.clock import Clock
from tests.benchmarks.networks import LSTM, Dense, Network, cnn

TINY = (
    cnn("CNN 2×2", (2, 2, 1), 1, batch=1),
    Network("LSTM", (1, 2), (LSTM(1), Dense(2)), 2),
)


def test_everything_is_measured_and_can_be_written():
    with devices.simulated_cuda():
        clock = Clock(devices.device("cuda"), rounds=1, seconds=0)
        found = json.loads(json.dumps(command.measure(clock, [3], 64, TINY)))
    assert found["device"] == "simulated"
    assert found["launches"]["one array"] > 0
    (product,) = found["products"]
    assert product["naive"] > 0
    assert product["cublas"] is product["share_of_cublas"] is product["share_of_peak"] is None
    names = {row["kernel"] for row in found["kernels"]}
    assert names >= {"relu_forward", "layer_norm_backward", "adam_step", "clip_norm"}
    for row in found["kernels"]:
        expected = row["bytes"] / row["seconds"] / found["bytes_per_second"]
        assert row["share_of_bandwidth"] == pytest.approx(expected)
    assert [row["network"] for row in found["steps"]] == [
        f"{network.name}, batch {network.batch}" for network in TINY
    ]
    assert all(row["the CPU is faster"] for row in found["steps"])  # than the simulator


def test_the_sizes_are_those_that_the_targets_speak_of():
    assert products.SIZES == (512, 1024, 2048, 4096, 8192)
    assert len(steps.LARGE) == 3
    assert set(steps.EVERY) > set(steps.LARGE)


def test_without_a_gpu_it_says_so_and_writes_nothing(tmp_path, capsys):
    with devices.simulated_cuda():
        assert command.main(["--output", str(tmp_path / "cuda.json")]) == 1
    said = capsys.readouterr().out
    assert said.startswith("Nothing was measured: expected a GPU, not the simulator")
    assert len(said.splitlines()) == 1
    assert not list(tmp_path.iterdir())
