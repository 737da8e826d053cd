"""The model of what a step takes: by hand, by simulation, and against what was published."""

import math

import numpy as np
import pytest

from dlcourse.figures import measured
from dlcourse.parallel import Costs, Link, Step, fit_costs

LINK = Link(latency=1e-5, bandwidth=1e9)
COSTS = Costs(per_step=1e-3, per_row=1e-4, update=5e-4, gradient_bytes=8e6, link=LINK)


def ring(workers, size):
    """Sum by a ring, counting: return the sums, rounds, and bytes sent by one worker."""
    rng = np.random.default_rng(0)
    data = rng.integers(100, size=(workers, workers, size // workers)).astype(np.int64)
    right = data.sum(axis=0)
    rounds = sent = 0
    for gathering in (False, True):
        for turn in range(workers - 1):
            parts = [(k - turn + gathering) % workers for k in range(workers)]
            messages = [data[k, part].copy() for k, part in enumerate(parts)]
            for k, part in enumerate(parts):
                into = data[(k + 1) % workers]
                into[part] = messages[k] if gathering else into[part] + messages[k]
            rounds += 1
            sent += size // workers
    assert all(np.array_equal(one, right) for one in data)
    return rounds, sent


@pytest.mark.parametrize("workers", [1, 2, 3, 4, 8])
def test_the_ring_takes_what_a_ring_sends(workers):
    size = 24 * workers
    rounds, sent = ring(workers, size)
    seconds = LINK.ring_allreduce(size, workers)
    assert seconds == pytest.approx(rounds * LINK.latency + sent / LINK.bandwidth, rel=1e-12)


def test_halving_sends_as_many_bytes_in_fewer_rounds():
    endless = Link(0, 1e9)
    assert endless.halving_allreduce(8e6, 64) == pytest.approx(endless.ring_allreduce(8e6, 64))
    empty = LINK.halving_allreduce(0, 1000)
    assert empty == pytest.approx(2 * 10 * LINK.latency)
    assert LINK.halving_allreduce(8e6, 1) == LINK.ring_allreduce(8e6, 1) == 0


def test_a_step_by_hand():
    step = COSTS.step(workers=4, rows=20)
    communication = 6 * 1e-5 + 1.5 * 8e6 / 1e9
    assert step == Step(3e-3, 5e-4, pytest.approx(communication), pytest.approx(communication))
    assert step.seconds == pytest.approx(3.5e-3 + communication)
    assert step.share == pytest.approx(communication / step.seconds)
    hidden = COSTS.step(workers=4, rows=20, overlap=True)
    assert hidden.exposed == pytest.approx(communication - 2e-3)
    assert COSTS.step(workers=4, rows=2000, overlap=True).exposed == 0
    assert COSTS.step(workers=1, rows=20).share == 0


def test_efficiency_and_speedup():
    assert COSTS.efficiency(1, 64) == COSTS.speedup(1, 64) == 1
    assert COSTS.efficiency(4, 20) == pytest.approx(3.5e-3 / COSTS.step(4, 20).seconds)
    assert COSTS.efficiency(4, 20, overlap=True) > COSTS.efficiency(4, 20)
    # More rows each: the sum costs the same, and weighs less.
    assert COSTS.efficiency(64, 1000) > COSTS.efficiency(64, 100)
    # What does not shrink with the rows bounds the speedup (Amdahl).
    bound = COSTS.step(1, 512).seconds / (1e-3 + 5e-4)
    assert COSTS.speedup(64, 512) < bound
    faster = COSTS.over(Link(1e-6, 1e11))
    assert COSTS.speedup(64, 512) < faster.speedup(64, 512) < bound


def test_a_fit_finds_the_line_it_was_drawn_from():
    found = fit_costs([
        *({"what": "batch", "rows": rows, "seconds": 1e-3 + 1e-4 * rows} for rows in (1, 30, 500)),
        *({"what": "allreduce", "bytes": size, "ranks": 2,
           "seconds": LINK.ring_allreduce(size, 2)} for size in (4, 1e4, 1e8)),
        {"what": "update", "parameters": 2_000_000, "seconds": 5e-4},
        {"what": "about"},
    ])  # fmt: skip
    for name in ("per_step", "per_row", "update", "gradient_bytes"):
        assert getattr(found, name) == pytest.approx(getattr(COSTS, name), rel=1e-9)
    assert found.link.latency == pytest.approx(LINK.latency, rel=1e-9)
    assert found.link.bandwidth == pytest.approx(LINK.bandwidth, rel=1e-9)
    with pytest.raises(ValueError, match=r"^measured holds 0 rows of 'allreduce': expected 2"):
        fit_costs([{"what": "batch", "rows": rows, "seconds": 1} for rows in (1, 2)])


def test_the_model_tells_what_was_measured():
    """The line through one rank's passes tells each of them; with the slower memory, two ranks'."""
    rows = measured("parallel")
    costs = fit_costs(rows)
    for one in rows:
        if one["what"] == "batch":
            found = costs.step(1, one["rows"]).compute
            assert found == pytest.approx(one["seconds"], rel=0.25)
    steps = {one["way"]: one["seconds"] for one in rows if one["what"] == "step"}
    assert costs.step(1, 512).seconds == pytest.approx(steps["alone"], rel=0.2)
    two = steps["apart"] + costs.step(2, 256).communication
    assert two == pytest.approx(steps["one sum"], rel=0.2)


@pytest.mark.parametrize(
    ("millions", "rows", "rate", "workers", "gbit", "published"),
    [
        (25.6, 32, 195, 256, 50, 0.90),  # ResNet-50: Goyal et al. 2017, abstract
        (23.9, 64, 142, 512, 25, 0.90),  # Inception V3: Horovod, benchmarks
        (138.4, 64, 154, 512, 25, 0.68),  # VGG-16: Horovod, benchmarks
    ],
)
def test_published_scaling_lies_between_no_overlap_and_all(
    millions, rows, rate, workers, gbit, published
):
    link = Link(5e-6, gbit * 1e9 / 8)
    costs = Costs(0, 1 / rate, 0, 4e6 * millions, link)
    assert costs.efficiency(workers, rows) < published
    assert published < costs.efficiency(workers, rows, overlap=True)


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda: Link(-1, 1), "latency is -1"),
        (lambda: Link(0, 0), "bandwidth is 0"),
        (lambda: LINK.ring_allreduce(8, 0), "workers is 0"),
        (lambda: LINK.halving_allreduce(8, 1.5), "workers is 1.5"),
        (lambda: Costs(0, math.nan, 0, 0, LINK), "per_row is nan"),
        (lambda: COSTS.step(2, 0), "rows is 0"),
    ],
)
def test_bad_input_is_answered_in_one_sentence(act, sentence):
    with pytest.raises((ValueError, TypeError), match=sentence):
        act()
