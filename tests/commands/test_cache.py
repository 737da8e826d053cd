"""The folder for compiled kernels where the usual ones are closed."""

import os
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import dlcourse
from dlcourse.commands import cache

pytestmark = pytest.mark.skipif(os.name != "posix", reason="rights are read as POSIX has them")


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Let all that is written go to a folder of the test's, and no variable be set."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for name in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME"):
        # Set first, so that it is put back as it was, whatever the test sets it to.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def closed(monkeypatch):
    """Close the package's folder and the user's cache folder, even for root."""
    monkeypatch.setattr(cache, "can_write", lambda folder: False)


def test_nothing_is_set_where_the_package_can_be_written(temporary):
    assert os.access(Path(dlcourse.__file__).parent, os.W_OK)
    cache.ensure_writable()
    assert "NUMBA_CACHE_DIR" not in os.environ


def test_nothing_is_set_where_the_users_cache_can_be_written(temporary, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(temporary))
    monkeypatch.setattr(cache, "can_write", lambda folder: folder == temporary)
    cache.ensure_writable()
    assert "NUMBA_CACHE_DIR" not in os.environ


@pytest.mark.usefixtures("closed")
def test_the_users_own_choice_is_kept(temporary, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/mine")
    cache.ensure_writable()
    assert os.environ["NUMBA_CACHE_DIR"] == "/mine"


@pytest.mark.usefixtures("closed")
def test_a_private_folder_is_made_once_and_used_again(temporary, monkeypatch):
    cache.ensure_writable()
    first = Path(os.environ["NUMBA_CACHE_DIR"])
    assert first.parent == temporary
    assert stat.S_IMODE(first.stat().st_mode) == 0o700
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    cache.ensure_writable()
    assert Path(os.environ["NUMBA_CACHE_DIR"]) == first


@pytest.mark.usefixtures("closed")
def test_a_folder_that_others_could_fill_is_not_used(temporary):
    prepared = temporary / f"dlcourse-numba-{os.getuid()}"
    prepared.mkdir()
    prepared.chmod(0o777)
    cache.ensure_writable()
    chosen = Path(os.environ["NUMBA_CACHE_DIR"])
    assert chosen != prepared
    assert stat.S_IMODE(chosen.stat().st_mode) == 0o700


@pytest.mark.usefixtures("closed")
def test_a_link_to_somebody_elses_folder_is_not_followed(temporary):
    (temporary / "theirs").mkdir(mode=0o700)
    prepared = temporary / f"dlcourse-numba-{os.getuid()}"
    prepared.symlink_to(temporary / "theirs")
    cache.ensure_writable()
    assert Path(os.environ["NUMBA_CACHE_DIR"]) not in {prepared, temporary / "theirs"}


@pytest.mark.usefixtures("closed")
def test_a_user_without_a_home_gets_one_too(temporary, monkeypatch):
    def homeless():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    cache.ensure_writable()
    assert Path(os.environ["NUMBA_CACHE_DIR"]).is_dir()


def test_a_folder_still_to_be_made_is_judged_by_the_one_above(tmp_path):
    assert cache.can_write(tmp_path / "a" / "b")
    assert not (tmp_path / "a").exists()
    assert not cache.can_write(Path("/proc/none"))


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="needs bubblewrap")
def test_a_kernel_is_kept_where_only_temporary_files_can_be_written(tmp_path):
    program = (
        "from dlcourse.commands import cache; cache.ensure_writable();"
        "from dlcourse.kernels.cpu.compile import KERNELS, compile_kernel;"
        "compile_kernel('relu_forward', 'float32');"
        "print(*KERNELS['relu_forward'][0].stats.cache_hits.values())"
    )
    command = [
        *("bwrap", "--die-with-parent", "--ro-bind", "/", "/", "--dev", "/dev"),
        *("--bind", str(tmp_path), str(tmp_path), "--setenv", "TMPDIR", str(tmp_path)),
        *("--unsetenv", "NUMBA_CACHE_DIR"),
        *(sys.executable, "-c", program),
    ]
    first = subprocess.run(command, capture_output=True, text=True, check=True)
    second = subprocess.run(command, capture_output=True, text=True, check=True)
    assert (first.stderr, second.stderr) == ("", "")
    assert (first.stdout, second.stdout) == ("\n", "1\n")
    assert list((tmp_path / f"dlcourse-numba-{os.getuid()}").rglob("*.nbi"))
