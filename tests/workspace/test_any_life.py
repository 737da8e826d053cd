"""Whatever happens in whatever order, what the learner wrote last stands where they put it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import nbformat
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from nbformat.v4 import new_code_cell, new_notebook

from dlcourse.workspace import sync
from dlcourse.workspace.notebooks import finish
from dlcourse.workspace.sync import MANIFEST, synchronize


def notebook(words: str) -> bytes:
    return finish(new_notebook(cells=[new_code_cell(words)]))


def words_of(path: Path) -> str:
    return nbformat.read(path, as_version=4).cells[0].source


def run_and_save(path: Path) -> bytes:
    """Do what JupyterLab does to a notebook of which all cells are run."""
    content = nbformat.read(path, as_version=4)
    for cell in content.cells:
        cell.execution_count = 7
    content.cells.append(new_code_cell(""))
    nbformat.write(content, path)
    return path.read_bytes()


class Stop(BaseException):
    """Ctrl-C at the worst moment."""


class Life(RuleBasedStateMachine):
    """A learner writes, runs and deletes; the course moves on; runs are cut short."""

    NAMES = ("a.ipynb", "b/c.ipynb", "d.csv")

    @initialize()
    def begin(self):
        self.room = tempfile.TemporaryDirectory()
        self.folder = Path(self.room.name)
        self.version = 0
        self.words = 0
        self.mine: dict[str, bytes] = {}
        self.newest = dict.fromkeys(self.NAMES, 0)

    def files(self) -> dict[str, bytes]:
        return {
            name: notebook(f"v{version}") if name.endswith(".ipynb") else f"v{version}".encode()
            for name, version in self.newest.items()
        }

    def existing(self) -> list[str]:
        return sorted(
            path.relative_to(self.folder).as_posix()
            for path in self.folder.rglob("*")
            if path.is_file() and ".dlcourse" not in path.parts
        )

    @rule()
    def prepare(self):
        synchronize(self.folder, self.files())
        for name, version in self.newest.items():
            assert (self.folder / name).exists()
            # The newest version is where the learner changed nothing.
            if name not in self.mine and name.endswith(".ipynb"):
                assert words_of(self.folder / name) == f"v{version}"

    @rule(after=st.integers(0, 4))
    def prepare_interrupted(self, after):
        genuine, left = sync.write_atomically, [after]

        def failing(path, data):
            if not left[0]:
                raise Stop
            left[0] -= 1
            genuine(path, data)

        sync.write_atomically = failing
        try:
            synchronize(self.folder, self.files())
        except Stop:
            pass
        finally:
            sync.write_atomically = genuine

    @rule(name=st.sampled_from(NAMES))
    def publish(self, name):
        self.version += 1
        self.newest[name] = self.version

    @rule(name=st.sampled_from(NAMES))
    def take_back(self, name):
        self.newest[name] = 0

    @rule(data=st.data())
    def write(self, data):
        names = self.existing()
        if names:
            name = data.draw(st.sampled_from(names))
            self.words += 1
            words = f"mine {self.words}"
            content = notebook(words) if name.endswith(".ipynb") else words.encode()
            (self.folder / name).write_bytes(content)
            self.mine[name] = content

    @rule(data=st.data())
    def run(self, data):
        names = [name for name in self.existing() if name.endswith(".ipynb")]
        if names:
            name = data.draw(st.sampled_from(names))
            saved = run_and_save(self.folder / name)
            if name in self.mine:
                self.mine[name] = saved

    @rule(data=st.data())
    def delete(self, data):
        if names := self.existing():
            name = data.draw(st.sampled_from(names))
            (self.folder / name).unlink()
            self.mine.pop(name, None)

    @rule()
    def lose_the_manifest(self):
        """What the next run finds then counts as the learner's, unless it is the newest version."""
        (self.folder / MANIFEST).unlink(missing_ok=True)
        newest = self.files()
        for name in self.existing():
            there = (self.folder / name).read_bytes()
            if name.endswith(".ipynb"):
                ours = name in newest and words_of(self.folder / name) == f"v{self.newest[name]}"
            else:
                ours = newest.get(name) == there
            if not ours:
                self.mine.setdefault(name, there)
        self.prepare()

    @invariant()
    def nothing_of_the_learner_is_lost(self):
        for name, content in getattr(self, "mine", {}).items():
            assert (self.folder / name).read_bytes() == content, name

    def teardown(self):
        if hasattr(self, "room"):
            self.room.cleanup()


TestAnyLife = Life.TestCase
TestAnyLife.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
