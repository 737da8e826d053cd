"""The mutants of the solutions: what is made, what is counted, and what the book says of it."""

import re
from functools import cache

import pytest

from dlcourse.checks.exercises import LABS, load
from tests.labs.proof import banks
from tests.labs.proof import mutants as proof
from tests.labs.proof.mutation import mutants

EXERCISES = [(lab, exercise.name) for lab in LABS for exercise in load(lab)]


def changes(source):
    return {mutant.change for mutant in mutants(source)}


def test_each_piece_is_changed():
    source = (
        "def f(x, n):\n"
        "    '''Words stay.'''\n"
        "    total = np.zeros(n, dtype=int)\n"
        "    for i in range(1, n):\n"
        "        if x[i] > 0.5 and not done:\n"
        "            total += x[i:] ** 2 - 1\n"
        "            continue\n"
        "    return total.T, np.exp(-x)\n"
    )
    found = changes(source)
    for expected in (
        "total = np.zeros(n, dtype=int)  →  pass",
        "total = np.zeros(n, dtype=int)  →  total = np.ones(n, dtype=int)",
        "total = np.zeros(n, dtype=int)  →  total = np.zeros(n)",
        "for i in range(1, n):  →  for i in range(2, n):",
        "for i in range(1, n):  →  for i in range(1, n - 1):",
        "if x[i] > 0.5 and (not done):  →  if x[i] >= 0.5 and (not done):",
        "if x[i] > 0.5 and (not done):  →  if x[i] > 0.5 or not done:",
        "if x[i] > 0.5 and (not done):  →  if x[i] > 0.5 and done:",
        "if x[i] > 0.5 and (not done):  →  if x[i] > 1.0 and (not done):",
        "if x[i] > 0.5 and (not done):  →  if True:",
        "total += x[i:] ** 2 - 1  →  total = x[i:] ** 2 - 1",
        "total += x[i:] ** 2 - 1  →  total -= x[i:] ** 2 - 1",
        "total += x[i:] ** 2 - 1  →  total += x[:] ** 2 - 1",
        "total += x[i:] ** 2 - 1  →  total += x[i:] * 2 - 1",
        "total += x[i:] ** 2 - 1  →  total += 1 - x[i:] ** 2",
        "total += x[i:] ** 2 - 1  →  total += x[i:] ** 2",
        "continue  →  break",
        "return (total.T, np.exp(-x))  →  return (np.exp(-x), total.T)",
        "return (total.T, np.exp(-x))  →  return (total, np.exp(-x))",
        "return (total.T, np.exp(-x))  →  return (total.T, np.exp(x))",
        "return (total.T, np.exp(-x))  →  return (total.T, -x)",
    ):
        assert expected in found, expected
    assert not any("Words" in change for change in found)


def test_no_mutant_is_made_twice_or_is_the_function_itself():
    source = "def f(a, b):\n    def g(c):\n        return c + 1\n    return g(a) * b\n"
    texts = [mutant.source for mutant in mutants(source)]
    assert len(texts) == len(set(texts)) > 5
    assert source.strip() not in texts


def test_a_mutant_that_never_ends_or_is_too_large_is_killed(monkeypatch):
    source = "def descend_epoch(w, x, y, order, batch_size, rate):\n    {}\n    return w\n"
    (exercise, *_) = load("descent")
    for line in ("while True: pass", "np.zeros(10**15)", "1 / 0", "return None"):
        mutant = proof.Mutant("any", 1, "", source.format(line))
        monkeypatch.setattr(proof, "mutants", lambda source, mutant=mutant: [mutant])
        monkeypatch.setattr(proof, "SECONDS", 0.2)
        monkeypatch.setattr(proof.resource, "setrlimit", lambda *arguments: None)
        row = proof.examine("descent", exercise.name, range(1))
        assert (row.mutants, row.killed) == (1, 1), line


def test_a_survivor_is_counted_by_whether_it_was_looked_at(monkeypatch):
    right = banks.answer_cells("descent")["rate_at"]
    mutant = proof.Mutant("any", 1, "a  →  b", right)
    monkeypatch.setattr(proof, "mutants", lambda source: [mutant])
    monkeypatch.setattr(proof.resource, "setrlimit", lambda *arguments: None)
    row = proof.examine("descent", "rate_at", range(2))
    assert (row.killed, row.equivalent, len(row.unexplained)) == (0, 0, 1)
    monkeypatch.setattr(proof, "equivalents", lambda: {"rate_at": {"a  →  b": "It is the same."}})
    row = proof.examine("descent", "rate_at", range(2))
    assert (row.killed, row.equivalent, len(row.unexplained)) == (0, 1, 0)


@cache
def changes_of(lab, name):
    return changes(banks.answer_cells(lab)[name])


def test_every_explanation_is_of_a_mutant_that_there_is():
    labs = {name: [lab for lab, other in EXERCISES if other == name] for _, name in EXERCISES}
    for name, reasons in proof.equivalents().items():
        for change, reason in reasons.items():
            assert any(change in changes_of(lab, name) for lab in labs[name]), change
            assert re.match(r"[A-Z].{25,}\.$", reason), change


@pytest.mark.parametrize("lab", LABS)
def test_the_books_table_is_of_these_mutants(lab):
    text = proof.PAGE.read_text(encoding="utf-8")
    rows = dict(re.findall(rf"^\| {lab} \| `(\w+)` \| (.*) \|$", text, re.MULTILINE))
    for exercise in load(lab):
        found = changes_of(lab, exercise.name)
        made, killed, equivalent = map(int, rows[exercise.name].split(" | "))
        assert made == len(list(mutants(banks.answer_cells(lab)[exercise.name]))) >= len(found)
        assert killed + equivalent == made
        explained = proof.equivalents().get(exercise.name, {})
        assert equivalent == sum(change in found for change in explained)
