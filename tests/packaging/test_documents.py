"""README, CONTRIBUTING and CITATION say what is so."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

import dlcourse
from dlcourse import commands
from tests.packaging.lock import ROOT

DOCUMENTS = ("README.md", "CONTRIBUTING.md")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z]+):.*## ", MAKEFILE, re.MULTILINE))


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def code_of(document: str) -> str:
    """Return all that a document shows as code, in blocks and in lines."""
    text = text_of(document)
    return "\n".join(re.findall(r"```.*?```|`[^`]+`", text, re.DOTALL))


@pytest.mark.parametrize("document", [*DOCUMENTS, ".ci/run"])
def test_every_target_that_is_named_exists(document):
    text = text_of(document) if document == ".ci/run" else code_of(document)
    named = set(re.findall(r"\bmake ([a-z]+)\b", text))
    assert named
    assert named <= TARGETS


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_subcommand_that_is_named_exists(document):
    named = set(re.findall(r"\bdlcourse ([a-z]+)\b", code_of(document)))
    assert named
    assert named <= commands.SUBCOMMANDS.keys()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_that_is_linked_exists(document):
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text_of(document)) if "://" not in link]
    assert links or document == "CONTRIBUTING.md"
    headings = {
        "#" + re.sub(r"[^a-z ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", text_of(document), re.MULTILINE)
    }
    for link in links:
        assert link in headings or (ROOT / link).is_file(), link


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_that_is_named_exists(document):
    named = re.findall(r"`((?:book|dlcourse|labs|tests|kernels|\.ci)/[\w./-]*)`", text_of(document))
    made = {"book/_build/html"}
    for path in named:
        assert path in made or (ROOT / path).exists() or (ROOT / "dlcourse" / path).exists(), path


def test_the_readmes_first_network_learns():
    (program,) = re.findall(r"```python\n(.*?)```", text_of("README.md"), re.DOTALL)
    assert "epochs=20, rng=0)" in program
    quiet = program.replace("epochs=20, rng=0)", "epochs=20, rng=0, progress=False)")
    names: dict = {}
    exec(compile(quiet, "README.md", "exec"), names)
    assert names["history"]["validation_accuracy"][-1] > 0.95


def test_continuous_integration_calls_what_the_readme_names():
    """The README's commands, but for those that wait for a person."""
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text_of("README.md"), re.DOTALL))
    named = set(re.findall(r"^make ([a-z]+)", blocks, re.MULTILINE))
    inline = set(re.findall(r"`make ([a-z]+)", text_of("README.md")))
    called = set(re.findall(r"^step '[^']+' make ([a-z]+)$", text_of(".ci/run"), re.MULTILINE))
    assert (named | inline) - {"lab", "help", "bench"} <= called
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_the_citation_fits_the_metadata():
    citation = yaml.safe_load(text_of("CITATION.cff"))
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    assert citation["cff-version"] == "1.2.0"
    assert citation["version"] == dlcourse.__version__
    assert " AND ".join(citation["license"]) == project["license"]
    assert citation["title"].split(":")[0] == project["name"]
    assert citation["authors"]
    assert citation["message"]


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
def test_the_top_of_the_house_is_as_described():
    """Nothing lies at the top but what CONTRIBUTING names, a licence, a citation and dot files."""
    (house,) = re.findall(r"## The house\n\n```\n(.*?)```", text_of("CONTRIBUTING.md"), re.DOTALL)
    described = {line.split()[0].rstrip("/") for line in house.splitlines() if line[:1].strip()}
    besides = {"LICENSE", "CITATION.cff", "CONTRIBUTING.md"}
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    tracked = {Path(line).parts[0] for line in listed.splitlines()}
    assert described <= tracked
    assert {name for name in tracked if not name.startswith(".")} <= described | besides
