"""Accounts of this machine that exist for a test, and for what it starts, alone."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from dlcourse.grading import sandbox

ROOT = Path(__file__).parents[1]
FIRST_ID = 48_001
#: Everybody's, and what `openssl passwd -6` makes of it.
PASSWORD = "a password"
HASH = (
    "$6$dlcourse$4FsPOM8tEiphbFDUCHraepTjDaKqxZSDc4gDfwwVygQm6Wam"
    "DpWDh4XJhVV22jMPtZp0hiHb6nJMZczoZlszk."
)


def with_accounts(folder: Path, members: list[str], others: list[str], group: str) -> list[str]:
    """Give the beginning of a command line: the rest of it runs as root where the accounts exist.

    Files of the test's lie over those in ``/etc`` there; nobody else sees them, and they are gone
    with the command. Skip where that cannot be done.

    Parameters
    ----------
    folder
        Everybody may enter it. Each account's home is made in it.
    members, others
        The accounts, who all have the password `PASSWORD`.
    group
        A group, which the members are in.
    """
    if os.geteuid() != 0:
        pytest.skip("accounts of several people: only root can start servers for them")
    if reason := sandbox.why_not():
        pytest.skip(reason)
    lines = {
        name: Path("/etc", name).read_text(encoding="utf-8")
        for name in ("passwd", "shadow", "group")
    }
    for number, name in enumerate(members + others, FIRST_ID):
        home = folder / name
        home.mkdir(mode=0o700)
        os.chown(home, number, number)
        lines["passwd"] += f"{name}:x:{number}:{number}::{home}:/bin/sh\n"
        lines["shadow"] += f"{name}:{HASH}:20000:0:99999:7:::\n"
        lines["group"] += f"{name}:x:{number}:\n"
    lines["group"] += f"{group}:x:{FIRST_ID - 1}:{','.join(members)}\n"
    overlays = []
    for name, text in lines.items():
        file = folder / name
        file.write_text(text, encoding="utf-8")
        file.chmod(0o600 if name == "shadow" else 0o644)
        overlays += ["--ro-bind", str(file), f"/etc/{name}"]
    # A process tree of its own ends as a whole with the command, whoever it has become.
    alone = ["--unshare-pid", "--proc", "/proc", "--die-with-parent", "--cap-add", "ALL"]
    return ["bwrap", "--dev-bind", "/", "/", *overlays, *_open_to_all(folder), *alone]


def _open_to_all(folder: Path) -> list[str]:
    """Give bubblewrap's options by which Python and the course can be read by everybody.

    What root installed may lie in its home, which nobody else can enter. Another folder takes that
    one's place, with nothing in it but what is needed.
    """
    needed = {
        "--ro-bind": [Path(sys.base_prefix).resolve(), Path(sys.prefix), ROOT],
        "--bind": [folder.resolve()],
    }
    closed = set()
    for places in needed.values():
        for place in places:
            shut = [parent for parent in place.parents if not parent.stat().st_mode & 0o001]
            closed.update(shut[-1:])
    options = []
    for parent in closed:
        options += ["--perms", "0755", "--tmpfs", str(parent)]
        for how, places in needed.items():
            for place in places:
                if place.is_relative_to(parent):
                    for between in reversed(place.relative_to(parent).parents[:-1]):
                        options += ["--perms", "0755", "--dir", str(parent / between)]
                    options += [how, str(place), str(place)]
    return options
