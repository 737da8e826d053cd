"""What is special to the lab warmup: its draws, and its oracles held against other sources."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.linear_model import LinearRegression
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import StandardScaler

from dlcourse.checks import judge
from dlcourse.checks.exercises import load
from dlcourse.checks.judging import generator
from tests.labs.proof.banks import solved
from tests.labs.test_notebooks import typed_in

SEEDS = range(10)
EXERCISES = {exercise.name: exercise for exercise in load("warmup")}


def cases_of(name, seeds=SEEDS):
    for seed in seeds:
        yield from EXERCISES[name].draw(generator(EXERCISES[name], seed))


def values(name, case):
    return tuple(target.value for target in EXERCISES[name].oracle(case))


# What is drawn


@pytest.mark.parametrize("name", ["centred", "squared_distances", "line_loss"])
def test_draws_of_tables_cover_what_goes_wrong(name):
    arrays = [case.arguments["x"] for case in cases_of(name, [0])]
    assert {str(x.dtype) for x in arrays} == {"float32", "float64"}
    assert any(len(x) == 1 and x.shape[1] > 1 for x in arrays)
    assert any(len(x) > 1 and x.shape[1] == 1 for x in arrays)
    assert any(x.shape[0] != x.shape[1] for x in arrays)
    assert any(x.shape[0] == x.shape[1] > 1 for x in arrays)
    assert any(x.flags.f_contiguous and not x.flags.c_contiguous for x in arrays)
    assert any(not x.flags.f_contiguous and not x.flags.c_contiguous for x in arrays)
    assert any(not x.flags.writeable for x in arrays)


def test_no_two_scores_of_an_example_are_equal_and_shares_are_of_all_kinds():
    shares = set()
    for case in cases_of("share_right"):
        scores = case.arguments["scores"]
        assert all(len(set(row)) == len(row) for row in scores.tolist())
        shares.add(float(values("share_right", case)[0]))
    assert {0.0, 1.0} < shares
    assert any((case.arguments["scores"] < 0).all() for case in cases_of("share_right", [0]))


def test_some_training_grows_and_most_fall():
    grown, fallen = 0, 0
    for case in cases_of("train_line"):
        losses = values("train_line", case)[2]
        if len(losses) > 1:
            grown += bool(losses[-1] > 10 * losses[0])
            fallen += bool(losses[-1] < losses[0])
    assert grown >= len(SEEDS)
    assert fallen >= 6 * len(SEEDS)


# The oracles, held against other programs


def test_centred_agrees_with_scikit_learn():
    for case in cases_of("centred"):
        x = np.array(case.arguments["x"], dtype=np.float64)
        wanted = StandardScaler(with_std=False).fit_transform(x)
        assert values("centred", case)[0] == pytest.approx(wanted, rel=1e-10, abs=1e-10)


def test_distances_agree_with_scipy():
    for case in cases_of("squared_distances"):
        x, y = case.in_float64("x", "y")
        wanted = cdist(x, y, "sqeuclidean")
        assert values("squared_distances", case)[0] == pytest.approx(wanted, rel=1e-12)


def test_the_share_agrees_with_scikit_learn():
    for case in cases_of("share_right"):
        scores, labels = case.arguments.values()
        wanted = accuracy_score(labels, np.argmax(scores, axis=1))
        assert float(values("share_right", case)[0]) == pytest.approx(wanted, rel=1e-14)


def test_the_slopes_are_the_derivatives_of_the_loss():
    for case in cases_of("line_loss"):
        x, y, w = case.in_float64("x", "y", "w")
        place = np.append(w, case.arguments["b"])

        def loss(place, x=x, y=y):
            return np.mean((x @ place[:-1] + place[-1] - y) ** 2)

        scale = float(np.abs(place).max())
        ways = np.eye(len(place)) * 1e-3 * scale  # a central difference of a parabola is exact
        found = [(loss(place + h) - loss(place - h)) / (2e-3 * scale) for h in ways]
        wanted = values("line_loss", case)
        assert float(wanted[0]) == pytest.approx(loss(place), rel=1e-12)
        assert wanted[1] == pytest.approx(np.array(found[:-1]), rel=1e-7, abs=1e-7 * scale)
        assert float(wanted[2]) == pytest.approx(found[-1], rel=1e-7, abs=1e-7 * scale)


def test_a_long_training_arrives_at_the_least_squares_of_scikit_learn():
    exercise = EXERCISES["train_line"]
    case = next(iter(cases_of("train_line", [0])))
    case.arguments["steps"] = 20_000
    with np.errstate(over="ignore", invalid="ignore"):  # the bounds of so long a path
        w, b, losses = (target.value for target in exercise.oracle(case))
    best = LinearRegression().fit(case.hidden["x"], case.hidden["y"])
    assert w == pytest.approx(best.coef_, abs=1e-6)
    assert float(b) == pytest.approx(best.intercept_, abs=1e-6)
    error = best.predict(case.hidden["x"]) - case.hidden["y"]
    assert losses[-1] == pytest.approx(np.mean(error**2), rel=1e-9)


def test_the_function_handed_to_a_loop_is_the_loss_of_the_exercise_before():
    for case in cases_of("train_line", [0, 1]):
        slopes, w, b = (case.arguments[name] for name in ("slopes", "w", "b"))
        loss, dw, db = slopes(w, b)
        wanted = solved("warmup")["line_loss"](case.hidden["x"], case.hidden["y"], w, b)
        assert loss == pytest.approx(float(wanted[0]), rel=1e-5)
        assert dw == pytest.approx(wanted[1], rel=1e-4, abs=1e-5 * float(np.abs(w).max()))
        assert db == pytest.approx(float(wanted[2]), rel=1e-4, abs=1e-5 * float(np.abs(w).max()))
        assert dw.dtype == w.dtype


def test_a_loop_that_keeps_something_between_its_calls_is_found():
    steps_so_far = []

    def grows_tired(slopes, w, b, rate, steps):
        # Right for the first call from each start, then every further call steps more shortly.
        known = any(np.array_equal(w, earlier) for earlier in steps_so_far)
        steps_so_far.append(w.copy())
        losses = []
        for _ in range(steps):
            loss, dw, db = slopes(w, b)
            losses.append(loss)
            w, b = w - rate * (0.5 if known else 1.0) * dw, b - rate * db
        steps_so_far.append(w.copy())
        return w, b, np.array(losses)

    verdict = judge(EXERCISES["train_line"], grows_tired)
    assert not verdict.passed
    assert verdict.aspect == "property"
    assert "does your function keep something between its calls?" in verdict.message


# The examples of the notebook


def examples():
    x = np.array([[1.0], [2.0]])
    y = np.array([1.0, 4.0])
    scores = np.array([[1.0, 5.0, 2.0], [-3.0, -1.0, -2.0], [0.0, 0.5, 9.0], [7.0, 8.0, 6.0]])
    return {
        "centred": (np.array([[1.0, 10.0], [2.0, 40.0], [3.0, 40.0]]),),
        "squared_distances": (
            np.array([[0.0, 0.0], [0.0, 1.0]]),
            np.array([[0.0, 0.0], [3.0, 4.0], [1.0, 0.0]]),
        ),
        "share_right": (scores, np.array([1, 1, 2, 0])),
        "line_loss": (x, y, np.array([1.0]), 0.0),
    }


@pytest.mark.parametrize("name", list(examples()))
def test_the_examples_that_can_be_tried_by_hand_are_right(name):
    """The answer that a learner might type in is the answer that the solution gives."""
    found = solved("warmup")[name](*examples()[name])
    wanted = typed_in(EXERCISES[name])(*examples()[name])
    if not isinstance(wanted, tuple):
        found, wanted = (found,), (wanted,)
    for one, other in zip(found, wanted, strict=True):
        assert np.asarray(one) == pytest.approx(np.asarray(other), rel=1e-12)


def test_the_step_that_can_be_taken_by_hand_is_right():
    x, y, w, _ = examples()["line_loss"]

    def slopes(w, b):
        return solved("warmup")["line_loss"](x, y, w, b)

    w, b, losses = solved("warmup")["train_line"](slopes, w, 0.0, 0.25, 1)
    assert (w, b, losses) == (2.0, 0.5, 2.0)
