"""Bringing a folder that a learner works in up to date without ever losing what they did.

A manifest, ``.dlcourse/manifest.json`` in the folder, remembers the content of every version of
every file that was put there. A file whose content is one of those is ours: it may be replaced.
Anything else was changed by the learner: it stays, and a newer version of ours is put beside it
once, under a name that says so.

The order of writing makes an interruption harmless at any point. First the manifest learns what is
going to be written, then the files are written, each whole or not at all, then the manifest notes
that this was done. Whatever was not reached is done by the next run.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from dlcourse.workspace.errors import WorkspaceError
from dlcourse.workspace.notebooks import NotANotebook, content_digest, version_digest

MANIFEST = ".dlcourse/manifest.json"
_FORMAT = 1


@dataclass
class Outcome:
    """What was done, each file by its path below the folder.

    Attributes
    ----------
    created : list of str
        New ones, and those the learner had deleted.
    updated : list of str
        Files the learner had not changed, replaced by a newer version.
    kept : list of str
        Files the learner has changed, all of them, on every run.
    editions : dict
        For a changed file of which there is a newer version, where that was put in this run.
    problems : dict
        Files that could not be read or written, each with a sentence that says why.
    """

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    editions: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def synchronize(folder: Path, files: Mapping[str, bytes]) -> Outcome:
    """Put files into a folder, keeping everything that was changed there.

    Parameters
    ----------
    folder : Path
        The folder; made when it is missing.
    files : mapping of str to bytes
        The newest version of every file, by its path below the folder with forward slashes.

    Returns
    -------
    Outcome
        What was done.

    Raises
    ------
    WorkspaceError
        When the folder or its manifest cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"the folder {folder} cannot be made: {error.strerror}.") from error
    outcome = Outcome()
    manifest = _Manifest.read(folder / MANIFEST, outcome)
    steps = [
        step
        for name, data in files.items()
        if (step := _plan(folder, name, data, manifest, outcome)) is not None
    ]
    for step in steps:
        manifest.announce(step)
    manifest.write()
    for step in steps:
        try:
            write_atomically(folder / step.name, step.data)
        except OSError as error:
            outcome.problems[step.name] = f"it could not be written: {error.strerror}"
            continue
        step.note()
        manifest.confirm(step)
    manifest.write()
    return outcome


@dataclass
class _Step:
    """One file to write, and what to say and remember once it is there."""

    name: str
    data: bytes
    content: str
    note: Callable[[], None]
    beside: str | None = None
    """The file that this is a new edition of, when the learner has changed that one."""


class _Manifest:
    """What was put into the folder.

    For each path: ``ours``, the digests of the contents of all versions put there, or about to be;
    ``base`` and ``version``, the digests of the content and of everything in the last one that is
    known to be there; ``offered``, the content of the last version that was put beside the file
    because the learner had changed it.
    """

    def __init__(self, path: Path, files: dict[str, dict[str, Any]]) -> None:
        self.path = path
        self.files = files

    @classmethod
    def read(cls, path: Path, outcome: Outcome) -> _Manifest:
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            files = {
                str(name): {
                    "ours": [str(digest) for digest in entry["ours"]],
                    "base": str(entry["base"]),
                    "version": str(entry["version"]),
                    "offered": str(entry["offered"]),
                }
                for name, entry in data["files"].items()
            }
        except FileNotFoundError:
            return cls(path, {})
        except OSError as error:
            raise WorkspaceError(f"{path} cannot be read: {error.strerror}.") from error
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            # Without it every file counts as changed, unless it is the newest version: nothing is
            # lost.
            outcome.problems[MANIFEST] = (
                "it was damaged and is made anew; files that are not the newest version are kept"
            )
            return cls(path, {})
        return cls(path, files)

    def __getitem__(self, name: str) -> dict[str, Any]:
        return self.files.setdefault(name, {"ours": [], "base": "", "version": "", "offered": ""})

    def announce(self, step: _Step) -> None:
        ours = self[step.name]["ours"]
        if step.content not in ours:
            ours.append(step.content)

    def confirm(self, step: _Step) -> None:
        self.adopt(step.name, step.content, step.data)
        if step.beside is not None:
            self[step.beside]["offered"] = step.content

    def adopt(self, name: str, content: str, data: bytes) -> None:
        entry = self[name]
        if content not in entry["ours"]:
            entry["ours"].append(content)
        entry["base"] = content
        entry["version"] = _version(name, data)

    def write(self) -> None:
        text = json.dumps({"format": _FORMAT, "files": self.files}, indent=1, sort_keys=True) + "\n"
        data = text.encode("utf-8")
        try:
            if self.path.is_file() and self.path.read_bytes() == data:
                return
            write_atomically(self.path, data)
        except OSError as error:
            raise WorkspaceError(f"{self.path} cannot be written: {error.strerror}.") from error


def _plan(
    folder: Path, name: str, data: bytes, manifest: _Manifest, outcome: Outcome
) -> _Step | None:
    """Decide what to do with one file."""
    path = folder / name
    entry = manifest[name]
    newest = _content(name, data)
    if not os.path.lexists(path):
        # Deleting a file and running again is how one gets a fresh copy.
        return _Step(name, data, newest, lambda: outcome.created.append(name))
    there, problem = _content_of(path, name)
    if problem:
        outcome.problems[name] = (
            f"{problem}; rename or remove it and run this again for a fresh one"
        )
    if there == newest and not entry["version"]:
        # The newest version, though nothing is known of it: a copied folder, or an interrupted run.
        manifest.adopt(name, newest, data)
    if there is None or (there != newest and there not in entry["ours"]):
        outcome.kept.append(name)
        if newest in (entry["base"], entry["offered"]):
            return None
        return _edition(folder, name, data, newest, manifest, outcome)
    if _version(name, data) == entry["version"]:
        return None
    if path.is_symlink() or _is_read_only(path):
        outcome.kept.append(name)
        if newest in (there, entry["offered"]):
            return None
        kind = "a link" if path.is_symlink() else "read-only"
        outcome.problems[name] = f"it is {kind}, and was left as it is"
        return _edition(folder, name, data, newest, manifest, outcome)
    if there == newest:
        return _Step(name, data, newest, lambda: None)
    return _Step(name, data, newest, lambda: outcome.updated.append(name))


def _edition(
    folder: Path, name: str, data: bytes, newest: str, manifest: _Manifest, outcome: Outcome
) -> _Step:
    """Plan to put a newer version beside a file that stays."""
    path = PurePosixPath(name)
    number = 1
    while True:
        words = "new edition" if number == 1 else f"new edition {number}"
        beside = str(path.with_name(f"{path.stem} ({words}){path.suffix}"))
        if not os.path.lexists(folder / beside):
            break
        there, _ = _content_of(folder / beside, beside)
        ours = manifest.files.get(beside, {"ours": []})["ours"]
        if there in ours and not _is_read_only(folder / beside):
            break
        number += 1

    def note() -> None:
        outcome.editions[name] = beside

    return _Step(beside, data, newest, note, beside=name)


def _content_of(path: Path, name: str) -> tuple[str | None, str]:
    """Digest what a learner wrote in a file; None, and why, when that cannot be told."""
    try:
        return _content(name, path.read_bytes()), ""
    except NotANotebook:
        return None, "it cannot be read as a notebook, and was left as it is"
    except IsADirectoryError:
        return None, "a folder of this name is in the way, and was left as it is"
    except OSError as error:
        return None, f"it could not be read ({error.strerror}), and was left as it is"


def _content(name: str, data: bytes) -> str:
    return content_digest(data) if name.endswith(".ipynb") else _digest(data)


def _version(name: str, data: bytes) -> str:
    return version_digest(data) if name.endswith(".ipynb") else _digest(data)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _is_read_only(path: Path) -> bool:
    # The bit, not the right: the administrator of a machine may write everything.
    return not path.stat().st_mode & stat.S_IWUSR


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file so that, whatever happens, it is the old one or the new one.

    Raises
    ------
    OSError
        When it cannot be written; the old file is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with partial.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
