import re

import pytest
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell

from dlcourse.checks import CheckFailed, Score, check, judge, report
from dlcourse.checks.exercises import LABS, find, load, nearest
from dlcourse.checks.notebook import LINE_WIDTH, shortened, wrapped
from dlcourse.checks.seeds import current_seed, seed_from_text
from tests.checks.toy import SCALE, right


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    for name in ("DLCOURSE_SEED", "DLCOURSE_SEED_FILE", "NBGRADER_EXECUTION"):
        monkeypatch.delenv(name, raising=False)


def forward(x, w, b):
    return x @ w + b


def half_right(x, w, b):
    return (x @ w + b).squeeze()


def test_full_points_are_a_number_and_a_line():
    score = check("dense_forward", forward)
    assert isinstance(score, Score)
    assert score == 4.0
    assert str(score) == "dense_forward: 4 of 4 points"
    data, _ = DisplayFormatter().format(score)
    assert data["text/plain"] == "4.0"
    assert data["text/html"] == "<div><strong>✓ dense_forward: 4 of 4 points</strong></div>"


def test_a_learner_with_some_points_gets_an_exception_with_the_message():
    with pytest.raises(CheckFailed) as caught:
        check("dense_forward", half_right)
    assert str(caught.value).startswith("dense_forward: 2 of 4 points\n\nWith a single example: ")
    assert caught.value.verdict.points == 2


def test_nbgrader_gets_some_points_as_a_number_that_shows_the_message(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    score = check("dense_forward", half_right)
    data, _ = DisplayFormatter().format(score)
    assert float(data["text/plain"]) == 2.0
    assert "np.squeeze" in data["text/html"]
    assert "✗ dense_forward: 2 of 4 points" in data["text/html"]


def test_nbgrader_gets_an_exception_for_no_points(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    with pytest.raises(CheckFailed, match="0 of 4 points"):
        check("dense_forward", None)


def test_validation_is_as_strict_as_the_notebook(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    with pytest.raises(CheckFailed, match="2 of 4 points"):
        check("dense_forward", half_right)


def test_ipython_shows_the_message_alone(capsys):
    shell = InteractiveShell.instance()
    shell.user_ns.update(check=check, half_right=half_right)
    shell.run_cell('check("dense_forward", half_right)')
    shown = capsys.readouterr().out
    assert "dense_forward: 2 of 4 points" in shown
    assert "Traceback" not in shown
    assert "judging" not in shown
    assert "notebook.py" not in shown


def test_the_html_escapes_what_a_learner_can_put_into_a_message(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")

    def raises(x, w, b):
        if len(x) == 1:
            raise ValueError("<script>alert(1)</script>")
        return x @ w + b

    html = check("dense_forward", raises)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_wrong_name_is_answered_with_the_nearest_one():
    with pytest.raises(CheckFailed) as caught:
        check("dens_forward", forward)
    assert (
        str(caught.value)
        == 'There is no exercise named "dens_forward". Did you mean "dense_forward"?'
    )
    with pytest.raises(CheckFailed, match=r'There is no exercise named "zzz"\.$'):
        check("zzz", forward)


def test_what_was_printed_in_the_failing_call_is_shown(capsys):
    def prints(x, w, b):
        print("shape", x.shape)
        return x @ w

    with pytest.raises(CheckFailed):
        check("dense_forward", prints)
    assert capsys.readouterr().out == "Your function printed:\nshape (2, 2)\n"
    assert shortened("a\n" * 50).endswith("… (30 more lines)")


def test_lines_fit_into_nbgraders_dialog():
    for exercise in load("backprop"):
        for mistake in exercise.mistakes:
            text = report(judge(exercise, mistake.function))
            assert max(map(len, text.split("\n"))) <= LINE_WIDTH


def test_indented_lines_are_not_broken():
    text = "words " * 30 + "\n    " + "code " * 30
    lines = wrapped(text).split("\n")
    assert len(lines) == 4
    assert lines[-1].startswith("    code")
    assert lines[-1].endswith("…")


def test_the_report_lists_the_parts_when_some_are_earned():
    text = report(judge(SCALE, lambda x, factor: (right(x, factor)[0], 0.0)))
    assert "✓ 2 of 2: the array\n✗ 0 of 1: the sum" in text
    assert "✓" not in report(judge(SCALE, None))


# The seed


def test_the_seed_is_public_without_variables():
    assert current_seed({}) == 0


def test_a_private_seed_is_taken_from_the_variable_or_the_file(tmp_path):
    file = tmp_path / "seed"
    file.write_text("some secret\n", encoding="utf-8")
    by_name = current_seed({"DLCOURSE_SEED": "some secret"})
    assert by_name == current_seed({"DLCOURSE_SEED_FILE": str(file)})
    assert by_name == seed_from_text("some secret", "")
    assert by_name > 2**64
    assert by_name != current_seed({"DLCOURSE_SEED": "another"})


def test_a_seed_that_is_missing_is_an_error(tmp_path):
    with pytest.raises(ValueError, match="DLCOURSE_SEED is empty"):
        current_seed({"DLCOURSE_SEED": " "})
    with pytest.raises(FileNotFoundError):
        current_seed({"DLCOURSE_SEED_FILE": str(tmp_path / "nowhere")})


def test_the_check_uses_the_private_seed(monkeypatch):
    def message():
        with pytest.raises(CheckFailed) as caught:
            check("dense_forward", lambda x, w, b: x @ w)
        return str(caught.value)

    public = message()
    assert message() == public
    monkeypatch.setenv("DLCOURSE_SEED", "secret")
    assert message() != public


# The exercises


def test_labs_are_found_by_name():
    assert "backprop" in LABS
    assert [exercise.name for exercise in load("backprop")] == [
        "dense_forward",
        "dense_backward",
        "relu_backward",
        "softmax_cross_entropy_backward",
        "check_gradient",
    ]
    assert find("relu_backward").points == 4
    assert find("nothing") is None
    assert nearest("relu_backwards") == "relu_backward"
    message = f"There is no lab 'x'; there are {', '.join(LABS)}."
    with pytest.raises(ValueError, match=re.escape(message)):
        load("x")
