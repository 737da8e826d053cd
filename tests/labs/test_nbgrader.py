"""nbgrader's own commands on the course: release, validate, autograde, feedback."""

import json
import re
from dataclasses import dataclass

import pytest

from dlcourse.checks.exercises import load
from tests.labs.nbgrader_course import NbgraderCourse

STUB = "    # YOUR CODE HERE\n    raise NotImplementedError"


@dataclass(frozen=True)
class Answers:
    """
    What learners may hand in for a lab, and what becomes of it.

    ``mistaken`` holds the bodies of functions: some right, some with a mistake, one that stops.
    """

    mistaken: dict[str, str]
    points: dict[str, float]
    feedback: tuple[str, ...]
    validation: tuple[str, ...]
    question: str
    secrets: tuple[str, ...]


BACKPROP = Answers(
    mistaken={
        "dense_forward": "    return x @ w + b",
        "dense_backward": "    print('shapes', dy.shape)\n"
        "    return dy @ w.T, dy.T @ x, dy.sum(axis=0)",
        "relu_backward": "    import sys\n    print('note', file=sys.stderr)\n"
        "    dy[x <= 0] = 0\n    return dy",
        "softmax_cross_entropy_backward": "    p = np.exp(logits)\n"
        "    p = p / p.sum(axis=1, keepdims=True)\n"
        "    p[np.arange(len(labels)), labels] -= 1\n    return p / len(labels)",
        "check_gradient": "    return dx.shpe",
    },
    points={
        "dense_forward": 4.0,
        "dense_backward": 2.5,
        "relu_backward": 2.0,
        "softmax_cross_entropy_backward": 4.0,
        "check_gradient": 0.0,
    },
    feedback=(
        "dense_forward: 4 of 4 points",
        "dense_backward: 2.5 of 6 points",
        "Your dw is the transpose of the right one",
        "You write the zeros into dy itself.",
        "np.exp overflows for large logits",
        "check_gradient stopped with",
        "return dx.shpe",
    ),
    validation=("dense_backward: 2.5 of 6 points", "Your dw is the transpose of the right one"),
    question="why_a_random_upstream_gradient",
    secrets=("x @ w + b", "x.T @ dy", "np.where(x > 0, dy, 0)\\n"),
)

DESCENT = Answers(
    mistaken={
        "descend_epoch": "    for start in range(0, len(x), batch_size):\n"
        "        batch = order[start:start + batch_size]\n"
        "        w = w - rate * 2 / batch_size * x[batch].T @ (x[batch] @ w - y[batch])\n"
        "    return w",
        "momentum_step": "    velocity *= momentum\n    velocity += dw\n"
        "    return w - rate * velocity, velocity",
        "adagrad_step": "    s = s + dw * dw\n    return w - rate * dw / (epsilon + s**0.5), s",
        "rmsprop_step": "    v = beta * v + (1 - beta) * dw**2\n"
        "    return w - rate * dw / np.sqrt(v + epsilon), v",
        "adam_step": "    m = beta1 * m + (1 - beta1) * dw\n"
        "    v = beta2 * v + (1 - beta2) * dw**2\n"
        "    return w - rate * m / (np.sqrt(v) + epsilon), m, v",
        "adamax_step": "    m = beta1 * m + (1 - beta1) * dw\n"
        "    u = max(beta2 * u, abs(dw) + epsilon)\n"
        "    return w - rate * m / u, m, u",
        "rate_at": "    if step < warmup:\n"
        "        return peak * (step + 1) / (warmup + 1)\n"
        "    d = (step - warmup) / (steps - warmup)\n"
        "    return final + (peak - final) * (1 + np.cos(np.pi * d)) / 2",
    },
    points={
        "descend_epoch": 0.0,
        "momentum_step": 2.5,
        "adagrad_step": 4.0,
        "rmsprop_step": 1.0,
        "adam_step": 1.5,
        "adamax_step": 0.0,
        "rate_at": 3.0,
    },
    feedback=(
        "adagrad_step: 4 of 4 points",
        "adam_step: 1.5 of 6 points",
        "You divide by batch_size in the last batch, too, which holds only 1 of 2.",
        "You write the new velocity into the caller's array",
        "Your epsilon stands inside the root",
        "This is Adam without bias correction.",
        "adamax_step stopped with ValueError",
        "u = max(beta2 * u, abs(dw) + epsilon)",
        "After the end your rate climbs again",
    ),
    validation=("adam_step: 1.5 of 6 points", "This is Adam without bias correction."),
    question="why_bias_correction",
    secrets=(
        "velocity = momentum * velocity + dw\\n",
        "m_hat = m /",
        "(np.sqrt(s) + epsilon), s",
        "math.cos(math.pi",
    ),
)

LOSSES = Answers(
    mistaken={
        "mean_squared_error": "    e = y - target\n    return (e * e).mean(), e / (e.size / 2)",
        "softmax_cross_entropy": "    print('shapes', logits.shape)\n"
        "    p = np.exp(logits)\n    p = p / p.sum(axis=1, keepdims=True)\n"
        "    return -np.log(p[np.arange(len(labels)), labels]).mean()",
        "binary_cross_entropy": "    import sys\n    print('note', file=sys.stderr)\n"
        "    loss = np.logaddexp(0, logits) - logits * target\n"
        "    np.abs(logits, out=logits)\n    return loss.mean()",
        "hinge": "    missing = np.clip(1 - target * y, 0, None)\n"
        "    return missing.mean(), -target * (target * y <= 1) / y.size",
        "confusion_matrix": "    counts = np.zeros((classes, classes), int)\n"
        "    counts[target, predicted] += 1\n    return counts",
        "precision_recall_f1": "    return counts.shpe",
    },
    points={
        "mean_squared_error": 5.0,
        "softmax_cross_entropy": 4.0,
        "binary_cross_entropy": 2.0,
        "hinge": 3.0,
        "confusion_matrix": 0.0,
        "precision_recall_f1": 0.0,
    },
    feedback=(
        "mean_squared_error: 5 of 5 points",
        "softmax_cross_entropy: 4 of 5 points",
        "np.exp overflows for large logits",
        "your function changes its argument logits",
        "Exactly at the margin, where t y = 1, you return a slope",
        "No pair counts more than once.",
        "precision_recall_f1 stopped with",
        "return counts.shpe",
    ),
    validation=("softmax_cross_entropy: 4 of 5 points", "np.exp overflows for large logits"),
    question="why_accuracy_is_not_enough",
    secrets=("error**2", "log_sum", "slack > 0, -target", "each.sum()"),
)

# nbgrader takes half a minute for a lab, so a few stand for all; test_notebooks.py runs each one.
LABS = {"losses": LOSSES, "backprop": BACKPROP, "descent": DESCENT}


def answered(notebook, answers):
    notebook = json.loads(json.dumps(notebook))
    for cell in notebook["cells"]:
        name = cell["metadata"].get("nbgrader", {}).get("grade_id")
        if name in answers:
            source = "".join(cell["source"])
            assert STUB in source
            cell["source"] = source.replace(STUB, answers[name])
    return notebook


@pytest.fixture(scope="module", params=LABS)
def course(tmp_path_factory, request):
    lab = request.param
    course = NbgraderCourse(tmp_path_factory.mktemp("course"), lab)
    course.answers = LABS[lab]
    course.run("generate_assignment", lab, "--create")
    source = json.loads((course.folder / course.source).read_text(encoding="utf-8"))
    course.submit("solved", source)
    course.submit("empty", course.released())
    course.submit("mistaken", answered(course.released(), course.answers.mistaken))
    first, second, *_ = (exercise.name for exercise in load(lab))
    without_a_check = course.released()
    without_a_check["cells"] = [
        cell
        for cell in without_a_check["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") != f"test_{second}"
    ]
    course.submit("deleter", answered(without_a_check, {first: course.answers.mistaken[first]}))
    course.run("autograde", lab, "--create")
    course.run("generate_feedback", lab)
    return course


def test_the_release_holds_stubs_and_no_solution(course):
    text = json.dumps(course.released(), ensure_ascii=False)
    # a stub for each exercise, and the text that explains them
    assert text.count("YOUR CODE HERE") == len(load(course.lab)) + 1
    assert text.count("*YOUR ANSWER HERE*") == 1
    source = (course.folder / course.source).read_text(encoding="utf-8")
    for secret in ("SOLUTION", "Rubric", *course.answers.secrets):
        assert secret in source, secret
        assert secret not in text, secret
    for cell in course.released()["cells"]:
        mark = cell["metadata"].get("nbgrader", {})
        if mark.get("grade") and not mark.get("solution"):
            assert cell["metadata"]["editable"] is False
            assert cell["metadata"]["deletable"] is False


def test_the_solved_lab_earns_every_point(course):
    points = course.points("solved")
    assert points.pop(course.answers.question) is None  # a person grades this one
    assert points == {f"test_{exercise.name}": exercise.points for exercise in load(course.lab)}


def test_the_released_lab_earns_nothing(course):
    points = course.points("empty")
    assert len(points) == len(load(course.lab)) + 1
    assert set(points.values()) == {0}


def test_parts_of_an_exercise_earn_parts_of_the_points(course):
    points = course.points("mistaken")
    expected = course.answers.points
    assert {name: points[f"test_{name}"] for name in expected} == expected


def test_feedback_names_the_mistakes(course):
    page = re.sub(r"\s+", " ", course.feedback("mistaken"))
    for sentence in course.answers.feedback:
        assert sentence in page, sentence
    assert "is not written yet" in course.feedback("empty")


def test_feedback_shows_nothing_of_the_engine_or_the_solution(course):
    for student in ("mistaken", "empty"):
        page = course.feedback(student)
        for secret in ("dlcourse/checks", "oracle", "judge(", "BEGIN SOLUTION", "Rubric"):
            assert secret not in page, (student, secret)
    # What the mistaken have written themselves may well be a line of the solution.
    page = course.feedback("empty")
    for secret in course.answers.secrets:
        assert secret.replace("\\n", "\n") not in page, secret


def test_validate_is_silent_on_a_solved_notebook(course):
    assert "Success! Your notebook passes all the tests." in course.run("validate", course.source)


def test_validate_says_what_is_wrong_and_counts_partly_right_as_wrong(course):
    lab, answers = course.lab, course.answers
    shown = course.run("validate", f"submitted/mistaken/{lab}/{lab}.ipynb")
    right = [one.name for one in load(lab) if answers.points[one.name] == one.points]
    # The question in words is not answered either.
    assert f"VALIDATION FAILED ON {len(load(lab)) - len(right) + 1} CELL(S)" in shown
    for sentence in answers.validation:
        assert sentence in shown, sentence
    for name in right:
        assert f'check("{name}"' not in shown
    assert "Traceback" not in shown
    assert not re.search(r"\S\.\.\.$", shown, re.M), "a line was cut off"


def test_a_deleted_check_comes_back(course):
    first, second, *_ = load(course.lab)
    points = course.points("deleter")
    assert points[f"test_{first.name}"] == course.answers.points[first.name]
    assert points[f"test_{second.name}"] == 0
