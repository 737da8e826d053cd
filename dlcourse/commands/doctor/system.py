"""Checks of the programs beside Python: none is needed to learn, some to test and to grade."""

import shutil
import subprocess
import sys
from collections.abc import Callable

from dlcourse.commands.doctor.finding import Finding

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# The narrowest sandbox that says whether namespaces can be made here: everything unshared.
SANDBOX = ("--unshare-all", "--die-with-parent", "--ro-bind", "/", "/", "true")


def chromium(which: Callable[[str], str | None] = shutil.which) -> Finding:
    """Look for the browser that the browser tests drive."""
    for name in BROWSERS:
        path = which(name)
        if path:
            return Finding("Chromium", f"{path}, for the browser tests")
    return Finding(
        "Chromium",
        "missing; only the browser tests need it",
        remedy="on Debian and Ubuntu: apt-get install chromium fonts-dejavu",
    )


def sandbox(
    which: Callable[[str], str | None] = shutil.which,
    run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run,
    platform: str = sys.platform,
) -> Finding:
    """Try the sandbox that grading runs strangers' code in."""
    name = "grading sandbox"
    if not platform.startswith("linux"):
        return Finding(name, "only on Linux; needed to grade other people's work, not to learn")
    path = which("bwrap")
    if path is None:
        return Finding(
            name,
            "bubblewrap is missing; needed to grade other people's work, not to learn",
            remedy="on Debian and Ubuntu: apt-get install bubblewrap",
        )
    try:
        tried = run([path, *SANDBOX], capture_output=True, text=True, timeout=10)
    except subprocess.TimeoutExpired:
        return Finding(name, f"{path} hangs", "warn", "grade on another machine")
    if tried.returncode:
        return Finding(
            name,
            f"{path} is not allowed here: {tried.stderr.strip() or tried.returncode}",
            "warn",
            "let users make namespaces (on Ubuntu an AppArmor profile for bwrap, in a container "
            "a seccomp profile that permits it), or grade on another machine",
        )
    return Finding(name, f"{path} works")
