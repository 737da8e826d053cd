"""The page of the article's claims: forty sections, each with an experiment and one verdict."""

import ast
import builtins
import re

import jupytext
import pytest

from tests.site.building import BOOK

PAGE = BOOK / "claims.md"
TEXT = PAGE.read_text(encoding="utf-8")
NUMBERS = range(1, 41)
TO_COME = "(experiment to come)"
VERDICTS = {"holds", "holds under conditions", "does not hold"}
WIDEST_CODE = 78  # characters that the text column shows without scrolling
FEWEST_SEEDS = 3


def sections():
    """Return the text of each claim's section by its number."""
    parts = re.split(r"^\(claim-(\d\d)\)=$", TEXT, flags=re.MULTILINE)[1:]
    ends = (re.split(r"^\(claims-\w+\)=$", part, flags=re.MULTILINE)[0] for part in parts[1::2])
    return dict(zip(map(int, parts[::2]), ends, strict=True))


def code_of(text):
    """Return the Python of all code cells, without their options."""
    cells = re.findall(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return "\n".join(re.sub(r"^:[\w-]+:.*\n", "", cell, flags=re.MULTILINE) for cell in cells)


SECTIONS = sections()
SETUP = code_of(TEXT.split("(claim-01)=")[0])
TO_BE_WRITTEN = {number for number, text in SECTIONS.items() if TO_COME in text}
each_claim = pytest.mark.parametrize("number", NUMBERS)
each_finished = pytest.mark.parametrize("number", sorted(set(SECTIONS) - TO_BE_WRITTEN))


def names_made(tree):
    """Return the names that a piece of code gives a meaning to."""
    made = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            made.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            made.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            made |= {(alias.asname or alias.name).split(".")[0] for alias in node.names}
        elif isinstance(node, ast.arg):
            made.add(node.arg)
    return made


def seeds_used(tree, all_seeds):
    """Return how many seeds each use of SEEDS stands for: all, or those of a slice."""
    uses = []
    sliced = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "SEEDS":
            uses.append(len(eval(ast.unparse(node), {"SEEDS": all_seeds})))
            sliced.add(node.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "SEEDS" and node not in sliced:
            uses.append(len(all_seeds))
    return uses


def the_seeds():
    """Return the page's SEEDS."""
    line = re.search(r"^SEEDS = (range\(\d+\))$", SETUP, re.MULTILINE)
    return eval(line[1])


def test_all_claims_are_there_in_order():
    assert list(SECTIONS) == list(NUMBERS)
    assert len(the_seeds()) >= FEWEST_SEEDS


@each_claim
def test_a_section_says_what_is_claimed_where_and_where_the_course_teaches_it(number):
    text = SECTIONS[number]
    assert re.match(rf"\n### Claim {number}: \S", text)
    assert re.search(
        r"^\*Article, sections? [\d., and]+ · taught in .*\b(chapters? |\(ch)\[?\d+.*\*$",
        text,
        re.M,
    )


@each_claim
def test_a_section_is_finished_or_says_that_it_is_to_come(number):
    text = SECTIONS[number]
    empty = not code_of(text).strip() and "Verdict" not in text
    assert empty == (TO_COME in text)


@each_finished
def test_a_section_has_an_experiment_a_source_and_one_verdict(number):
    text = SECTIONS[number]
    assert code_of(text).strip(), "no code cell"
    assert re.search(r"\{cite:[pt]\}`\w+", text), "no source"
    found = re.findall(r"\*\*Verdict: ([^*]+)\.\*\*", text)
    assert len(found) == 1, found
    assert found[0] in VERDICTS
    assert len(re.findall(r"[Vv]erdict: ", text)) == 1, "a verdict that is not one of the three"


@each_finished
def test_chance_is_shown_or_absent(number):
    """Several seeds, or a sentence that says why nothing in it is drawn."""
    text = SECTIONS[number]
    reason = re.search(r"^\*\*Deterministic:\*\* (.+)$", text, re.MULTILINE)
    uses = seeds_used(ast.parse(code_of(text)), the_seeds())
    if reason:
        assert not uses
        assert len(reason[1]) > 40, "the reason is missing"
    else:
        assert uses, "no seeds, and no word on why not"
        assert min(uses) >= FEWEST_SEEDS


@each_finished
def test_a_section_needs_the_first_cell_alone(number):
    tree = ast.parse(code_of(SECTIONS[number]))
    known = names_made(ast.parse(SETUP)) | names_made(tree) | set(dir(builtins))
    used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    assert used <= known, used - known


@each_finished
def test_a_section_leaves_the_first_cells_names_alone(number):
    tree = ast.parse(code_of(SECTIONS[number]))
    changed = {
        name
        for statement in tree.body
        if not isinstance(statement, (ast.Import, ast.ImportFrom))
        for name in _bound_at_the_top(statement)
    }
    assert not changed & names_bound_by_setup(), changed & names_bound_by_setup()


def names_bound_by_setup():
    return {name for statement in ast.parse(SETUP).body for name in _bound_at_the_top(statement)}


def _bound_at_the_top(statement):
    """Return the names that a statement of a cell binds for the cells after it."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return names_made(statement)
    made, inner = set(), [statement]
    while inner:
        node = inner.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            made.add(node.id)
        scopes = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
        inner += [n for n in ast.iter_child_nodes(node) if not isinstance(n, scopes)]
    return made


def test_the_map_of_the_article_gives_the_same_verdicts():
    rows = re.findall(
        r"^\| (\d+) \| [^|]+ \| ([^|]+) \| \[claim \d+\]\(claim-(\d\d)\)",
        (BOOK / "article-map.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert [int(number) for number, _, _ in rows] == list(NUMBERS)
    for number, verdict, label in rows:
        assert int(number) == int(label)
        found = re.search(r"\*\*Verdict: ([^*]+)\.\*\*", SECTIONS[int(number)])
        assert verdict.strip() == (found[1] if found else "to come"), number


def test_code_is_python_that_fits_the_column_and_stores_nothing():
    for cell in jupytext.read(PAGE).cells:
        if cell.cell_type != "code":
            continue
        assert not cell.get("outputs")
        ast.parse(cell.source)
        for line in cell.source.splitlines():
            assert len(line) <= WIDEST_CODE, line


def test_only_directives_that_learners_copies_know():
    used = set(re.findall(r"^(?:`{3,}|:{3,})\{([\w:-]+)\}", TEXT, re.MULTILINE))
    assert used <= {"code-cell", "note", "tip", "warning", "admonition", "bibliography"}, used


def test_a_section_without_seeds_or_reason_would_be_noticed():
    tree = ast.parse("for seed in SEEDS[:2]: pass\nfor seed in SEEDS: pass")
    assert sorted(seeds_used(tree, range(5))) == [2, 5]


def test_every_claim_has_its_experiment():
    assert not TO_BE_WRITTEN
