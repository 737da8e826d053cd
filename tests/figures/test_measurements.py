import re

import pytest

from dlcourse import figures
from dlcourse.figures import measurements

MACHINE = "a machine"


def cpu_row(name, **times):
    return {"workload": name, "machine": MACHINE, **{f"{key}_us": t for key, t in times.items()}}


CPU = [
    cpu_row("train MLP, batch 2", dlcourse=10, pytorch=20, jax=None, floor=5),
    cpu_row("train CNN, batch 2", dlcourse=10, pytorch=80, jax=40, floor=None),
    cpu_row("Adam step, 10,000,000 parameters", dlcourse=10, pytorch=11, floor=9),
    cpu_row("augment 3 images", dlcourse=10, skimage=70),
]


def text_of(picture):
    return re.sub(r"<[^>]*>", " ", picture.svg)


def test_speed_draws_the_workloads_of_one_kind():
    picture = figures.speed(CPU)
    assert "2 workloads" in picture.alt
    assert "PyTorch takes 4.0 times as long" in picture.alt  # √(2 · 8)
    shown = text_of(picture)
    for word in ("MLP, batch 2", "CNN, batch 2", "dlcourse", "PyTorch", "JAX", "floor"):
        assert word in shown
    assert "Adam" not in shown
    assert "scikit" not in shown
    assert "by BLAS" in picture.caption


def test_speed_says_what_the_floor_is():
    assert "memory moves" in figures.speed(CPU, "step").caption
    picture = figures.speed(CPU, "augment")
    assert "floor" not in picture.caption
    assert "PyTorch" not in picture.alt
    with pytest.raises(ValueError, match="words is 'nothing': no workload is called so"):
        figures.speed(CPU, "nothing")


def test_ladder_says_how_many_times_as_fast_each_rung_is():
    rows = [
        {"operation": "dense", "rung": rung, "microseconds": 9000 / times, "faster": times,
         "machine": MACHINE}
        for rung, times in (("Python", 1.0), ("NumPy", 1234.0), ("library", 4.56))
    ]  # fmt: skip
    picture = figures.ladder(rows)
    for word in ("dense", "9 ms", "1,234 ×", "4.6 ×", "library"):
        assert word in text_of(picture)
    assert picture.alt == "Time of each rung: dense, the library is 4.6 × Python."


@pytest.mark.parametrize("memory", [1000, None])
def test_growth_fits_the_power_and_gives_the_reason(memory):
    rows = [
        {"axis": "width", "value": n, "threads": threads, "us": n**2 / threads,
         "memory_bytes": memory and memory * n, "machine": MACHINE}
        for threads in (1, 2) for n in (2, 4, 8, 16)
    ]  # fmt: skip
    picture = figures.growth(rows, "width")
    assert "time as its power 2.00" in picture.alt
    assert ("memory as its power 1.00" in picture.alt) == (memory is not None)
    assert "four times the weights" in picture.caption
    assert "2 threads" in text_of(picture)
    with pytest.raises(ValueError, match="axis is 'height': expected one of 'batch'"):
        figures.growth(rows, "height")


def test_race_tells_who_arrived():
    curve = [{"seconds": 1.0, "accuracy": 0.5}, {"seconds": 2.0, "accuracy": 0.91}]
    rows = [
        {"contestant": "dlcourse", "goal": 0.9, "seconds": 2.0, "curve": curve, "machine": MACHINE},
        {"contestant": "pytorch", "goal": 0.9, "seconds": None, "curve": curve[:1],
         "machine": MACHINE},
    ]  # fmt: skip
    picture = figures.race(rows)
    assert "90% are reached: dlcourse after 2 s; PyTorch does not." in picture.alt


def test_what_was_measured_is_found_by_its_name():
    rows = figures.measured("ladder")
    assert {row["rung"] for row in rows} >= {"Python", "library"}
    assert figures.ladder(rows).caption.startswith("Measured on")
    with pytest.raises(FileNotFoundError, match=r"there is no .*nothing\.json: expected the name"):
        figures.measured("nothing")


def test_every_axis_that_is_measured_has_its_reason():
    rows = figures.measured("growth")
    assert {row["axis"] for row in rows} == set(measurements._REASONS)
    for axis in measurements._REASONS:
        assert figures.growth(rows, axis).caption
