"""Where Numba keeps compiled kernels between processes."""

import os
import stat
import tempfile
from pathlib import Path

import dlcourse

VARIABLE = "NUMBA_CACHE_DIR"


def ensure_writable() -> None:
    """Give Numba a folder of its own when neither of its usual ones can be written.

    Numba writes beside the modules, or else under the user's cache folder; where neither can be
    written (a read-only container, a sandbox) importing a cached kernel is an error. This sets
    ``NUMBA_CACHE_DIR`` for this process and those it starts, to a folder of the user's under the
    system's one for temporary files. It does nothing when the user has set the variable, and must
    run before Numba is imported.
    """
    if os.environ.get(VARIABLE):
        return
    usual = (Path(dlcourse.__file__).parent, *_user_cache())
    if not any(can_write(folder) for folder in usual):
        os.environ[VARIABLE] = str(_private_folder())


def _user_cache() -> tuple[Path, ...]:
    """Return the folder that holds a user's caches, if this user has one."""
    if os.environ.get("XDG_CACHE_HOME"):
        return (Path(os.environ["XDG_CACHE_HOME"]),)
    try:
        return (Path.home() / ".cache",)
    except RuntimeError:
        # A container may run under a number that no user has, without a home.
        return ()


def can_write(folder: Path) -> bool:
    """Say whether `folder`, or the nearest folder above it that exists, can be written."""
    place = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        # Rights alone do not tell: root has them all, even where nothing can be written.
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False


def _private_folder() -> Path:
    """Make a folder that no other user could have prepared: what is in it will be executed."""
    user = os.getuid() if hasattr(os, "getuid") else "user"
    folder = Path(tempfile.gettempdir()) / f"dlcourse-numba-{user}"
    folder.mkdir(mode=0o700, exist_ok=True)
    state = folder.lstat()
    if os.name == "posix" and (
        state.st_uid != os.getuid()
        or not stat.S_ISDIR(state.st_mode)
        or stat.S_IMODE(state.st_mode) & 0o022
    ):
        return Path(tempfile.mkdtemp(prefix="dlcourse-numba-"))
    return folder
