"""What other services run from the repository's files: Binder and GitHub's pages."""

import os
import subprocess

import yaml

from tests.packaging.lock import ROOT


def test_binder_gets_the_packages_of_the_conda_environment():
    ours = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    binders = yaml.safe_load((ROOT / ".binder" / "environment.yml").read_text(encoding="utf-8"))
    (pip,) = (entry for entry in binders["dependencies"] if isinstance(entry, dict))
    # pip reads the file from the folder of the environment's own file.
    assert (ROOT / ".binder" / pip["pip"][0].removeprefix("-r ")).resolve() == (
        ROOT / "requirements.txt"
    )
    pip["pip"] = ["-r requirements.txt"]
    assert binders == ours


def test_binders_last_step_is_a_program_that_bash_can_read():
    script = ROOT / ".binder" / "postBuild"
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)
    text = script.read_text(encoding="utf-8")
    assert "--no-deps --no-build-isolation" in text
    assert "dlcourse update" in text


def test_the_site_is_published_by_the_command_of_the_readme():
    path = ROOT / ".github" / "workflows" / "pages.yml"
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    build, publish = (step for step in workflow["jobs"]["publish"]["steps"] if "run" in step)
    assert build["run"] == "make book"
    assert build["env"] == {"DLCOURSE_REPOSITORY": "${{ github.repository }}"}
    assert "gh-pages" in publish["run"]
    assert publish["working-directory"] == "book/_build/html"
