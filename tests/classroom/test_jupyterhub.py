"""The hub of deploy/jupyterhub, with an instructor and a learner who have accounts of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import nbformat
import pytest

from tests.accounts import PASSWORD, ROOT, with_accounts
from tests.labs.proof.banks import model_answers
from tests.labs.solving import fill_in
from tests.ports import free_port

LAB = "backprop"
INSTRUCTOR, LEARNER, STRANGER = "grace", "ada", "eve"
TOKEN = "a-secret-of-this-test"
PATIENCE = 120
#: What the test adds to the configuration: free ports, and somebody who may do everything.
CONFIG = """
load_subconfig({config!r})
c.JupyterHub.bind_url = "http://127.0.0.1:{public}"
c.JupyterHub.hub_port = {hub}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.JupyterHub.services = [{{"name": "test", "api_token": {token!r}, "admin": True}}]
"""
#: What `book/instructors.md` tells an instructor to write.
INSTRUCTORS_CONFIG = """
c = get_config()
load_subconfig("nbgrader_config.py", {labs!r})
"""


class Someone:
    """
    Somebody whose server runs in the hub.

    Parameters
    ----------
    hub
        A client of the hub's that may do everything.
    name
        Their account.
    """

    def __init__(self, hub: httpx.Client, name: str) -> None:
        self.hub, self.address = hub, f"hub/api/users/{name}"
        answered(hub.post(self.address))
        self.start()
        token = answered(hub.post(f"{self.address}/tokens", json={"note": "test"}))["token"]
        self.client = httpx.Client(
            base_url=f"{hub.base_url}user/{name}/",
            headers={"Authorization": f"token {token}"},
            timeout=PATIENCE,
        )

    def start(self) -> None:
        """Start their server."""
        answered(self.hub.post(f"{self.address}/server"))
        self._wait_until(lambda servers: "" in servers and servers[""]["ready"])

    def stop(self) -> None:
        """Stop their server."""
        answered(self.hub.delete(f"{self.address}/server"))
        self._wait_until(lambda servers: "" not in servers)

    def _wait_until(self, so: Callable[[dict[str, Any]], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not so((person := answered(self.hub.get(self.address)))["servers"]):
            assert time.monotonic() < end, person
            time.sleep(0.2)

    def get(self, path: str, **parameters: str) -> Any:
        """Ask their server."""
        return answered(self.client.get(path, params=parameters))

    def formgrader(self, action: str) -> None:
        """Do what a button of formgrader's does."""
        said = answered(self.client.post(f"formgrader/api/{action}"))
        assert said["success"], said

    def assignments(self, action: str) -> set[str]:
        """Do what a button of the Assignment List does; give the lab's states in that list."""
        said = answered(
            self.client.post(
                f"assignments/{action}",
                params={"course_id": "dlcourse", "assignment_id": LAB},
            )
        )
        assert said["success"], said
        return {row["status"] for row in said["value"] if row["assignment_id"] == LAB}

    def __enter__(self) -> Someone:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()


def answered(answer: httpx.Response) -> Any:
    """Give what a server answered, which has to be a success."""
    assert answer.is_success, f"{answer.request.method} {answer.url}: {answer.text}"
    return answer.json() if answer.content else None


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """A folder that everybody may enter, as they may not enter pytest's."""
    with tempfile.TemporaryDirectory(prefix="hub_") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def hub(place: Path) -> Iterator[httpx.Client]:
    """The hub, with a course in the instructor's home and a chapter for everybody."""
    alone = with_accounts(place, [INSTRUCTOR, LEARNER], [STRANGER], group="dlcourse")
    labs = place / INSTRUCTOR / "dlcourse" / "labs"
    shutil.copytree(ROOT / "labs" / "source" / LAB, labs / "source" / LAB)
    shutil.copy(ROOT / "labs" / "nbgrader_config.py", labs)
    settings = place / INSTRUCTOR / ".jupyter"
    settings.mkdir()
    (settings / "nbgrader_config.py").write_text(
        INSTRUCTORS_CONFIG.format(labs=str(labs)), encoding="utf-8"
    )
    owner = (place / INSTRUCTOR).stat()
    for path in (place / INSTRUCTOR).rglob("*"):
        os.chown(path, owner.st_uid, owner.st_gid)

    chapters = place / "shared" / "chapters"
    chapters.mkdir(parents=True)
    nbformat.write(nbformat.v4.new_notebook(), chapters / "01_one.ipynb")

    public = free_port()
    config = place / "config.py"
    config.write_text(
        CONFIG.format(
            config=str(ROOT / "deploy" / "jupyterhub" / "jupyterhub_config.py"),
            public=public, hub=free_port(), api=free_port(), token=TOKEN,
        ),
        encoding="utf-8",
    )  # fmt: skip
    log = place / "log"
    with (
        log.open("w", encoding="utf-8") as output,
        subprocess.Popen(
            [*alone, sys.executable, "-m", "jupyterhub", f"--config={config}"],
            cwd=place, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            env=os.environ | {"DLCOURSE_HUB": str(place / "shared")},
        ) as server,
    ):  # fmt: skip
        try:
            with httpx.Client(
                base_url=f"http://127.0.0.1:{public}/",
                headers={"Authorization": f"token {TOKEN}"},
                timeout=PATIENCE,
            ) as client:
                wait_for(client, server)
                yield client
        finally:
            server.terminate()
            server.wait(timeout=60)
            # pytest shows it beside a failure.
            print(log.read_text(encoding="utf-8"))


def wait_for(client: httpx.Client, server: subprocess.Popen[bytes]) -> None:
    """Wait until the hub answers through its proxy."""
    end = time.monotonic() + PATIENCE
    while True:
        assert server.poll() is None, f"jupyterhub ended with status {server.returncode}"
        assert time.monotonic() < end, "the hub did not answer in time"
        try:
            if client.get("hub/api/users").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)


@pytest.fixture(scope="module")
def people(hub: httpx.Client) -> Iterator[tuple[Someone, Someone]]:
    """The instructor and the learner, whose servers run."""
    with Someone(hub, INSTRUCTOR) as instructor, Someone(hub, LEARNER) as learner:
        yield instructor, learner


def test_a_lab_goes_from_its_instructor_to_a_learner_and_back(people, place, tmp_path):
    grace, ada = people
    # What everybody shares was copied, and belongs to who got it.
    assert ada.get("api/contents/chapters/01_one.ipynb")["type"] == "notebook"
    copy = place / LEARNER / "chapters" / "01_one.ipynb"
    assert copy.stat().st_uid == (place / LEARNER).stat().st_uid

    for step in ("assign", "release"):
        grace.formgrader(f"assignment/{LAB}/{step}")

    assert ada.assignments("fetch") == {"fetched"}
    path = f"api/contents/{LAB}/{LAB}.ipynb"
    notebook = tmp_path / "notebook.ipynb"
    nbformat.write(nbformat.from_dict(ada.get(path)["content"]), notebook)
    fill_in(notebook, model_answers(LAB))
    solved = nbformat.read(notebook, as_version=4)
    answered(ada.client.put(path, json={"type": "notebook", "content": solved}))
    assert ada.assignments("submit") == {"fetched", "submitted"}

    grace.formgrader(f"assignment/{LAB}/collect")
    grace.formgrader(f"submission/{LAB}/{LEARNER}/autograde")
    graded = grace.get(f"formgrader/api/submission/{LAB}/{LEARNER}")
    assert graded["code_score"] == graded["max_code_score"] == 26
    for step in ("generate_feedback", "release_feedback"):
        grace.formgrader(f"assignment/{LAB}/{step}")

    ada.assignments("fetch_feedback")
    (page,) = (place / LEARNER / LAB / "feedback").rglob(f"{LAB}.html")
    assert "dense_backward: 6 of 6 points" in page.read_text(encoding="utf-8")


def test_what_a_learner_has_changed_stays(people, place):
    _, ada = people
    mine = place / LEARNER / "chapters" / "01_one.ipynb"
    mine.write_text("changed", encoding="utf-8")
    (place / "shared" / "chapters" / "02_two.ipynb").write_text("new", encoding="utf-8")
    ada.stop()
    ada.start()
    assert mine.read_text(encoding="utf-8") == "changed"
    assert (mine.parent / "02_two.ipynb").read_text(encoding="utf-8") == "new"


@pytest.mark.parametrize(
    ("name", "password", "may"),
    [(LEARNER, PASSWORD, True), (LEARNER, "another", False), (STRANGER, PASSWORD, False)],
    ids=["a member", "a wrong password", "not in the group"],
)
def test_who_may_log_in(hub, name, password, may):
    with httpx.Client(base_url=hub.base_url, timeout=PATIENCE) as browser:
        browser.get("hub/login").raise_for_status()
        form = {"username": name, "password": password, "_xsrf": browser.cookies["_xsrf"]}
        answer = browser.post("hub/login", data=form)
        assert answer.status_code == (302 if may else 403)
        assert ("jupyterhub-hub-login" in browser.cookies) == may
