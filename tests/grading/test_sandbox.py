"""What code in the sandbox cannot do, tried from inside."""

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import dlcourse
from dlcourse.grading import sandbox, starting
from dlcourse.grading.process import Raised, Worker, WorkerLost

pytestmark = pytest.mark.usefixtures("sandboxed")

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = Path(np.__file__).resolve().parents[1]


@pytest.fixture(scope="module", params=["forked", "started"])
def ask(request):
    """Run the body of a function in one sandboxed worker and return what it returns."""
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "started":
            patch.setattr(starting, "_zygote", no_zygote)
        worker = Worker(sandbox.Limits(memory=1 << 30))
    with worker:

        def run(body, *arguments):
            worker.seconds_left = 20
            names = ", ".join(f"a{i}" for i in range(len(arguments)))
            source = f"def probe({names}):\n{textwrap.indent(textwrap.dedent(body), '    ')}"
            error, _ = worker.run("probe", source)
            assert error is None
            return worker.call("probe", arguments)

        yield run


def no_zygote(limits):
    """A machine on which name spaces cannot be made within name spaces."""
    return SimpleNamespace(works=False)


def refused(ask, body, *arguments):
    """The kind of error that a body ends with."""
    with pytest.raises(Raised) as caught:
        ask(body, *arguments)
    return caught.value.kind


def test_the_probe_itself_works(ask):
    assert ask("return [a0 + 1, 2]", 1) == [2, 2]


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK"])
def test_there_is_no_network(ask, family):
    body = f"import socket\nsocket.socket(socket.{family}, socket.SOCK_DGRAM)"
    assert refused(ask, body) == "PermissionError"


def test_the_file_system_holds_python_and_nothing_of_the_user(ask, tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    hidden = [tmp_path, REPOSITORY / "labs", REPOSITORY / "README.md", Path.home() / ".bashrc"]
    hidden += map(Path, ("/tmp", "/home", "/proc", "/sys", "/etc/passwd", "/var", "/usr/bin"))
    body = "import os\nreturn [path for path in a0 if os.path.lexists(path)]"
    # The environment's own folder may lie below one of them.
    hidden = [path for path in hidden if not PACKAGES.is_relative_to(path)]
    assert ask(body, [str(path) for path in hidden]) == []
    names = "import os\nreturn sorted(os.listdir('/dev')), sorted(os.listdir('/worker'))"
    assert ask(names) == (["null", "urandom"], ["codec.py", "worker.py", "zygote.py"])


def test_no_file_of_the_course_can_be_found_anywhere(ask):
    body = """
        import os
        found = []
        for folder, folders, files in os.walk("/"):
            found += [name for name in folders + files if name.startswith(("dlcourse", "backprop"))]
            found += [name for name in files if name.endswith(".ipynb") or name == "gradebook.db"]
        return found
    """
    assert ask(body) == []


def test_nothing_can_be_written(ask):
    body = """
        import os
        written = []
        for folder, _, files in os.walk("/"):
            path = os.path.join(folder, "x")
            for attempt in (lambda: open(path, "w"), lambda: os.mkdir(path)):
                try:
                    attempt()
                    written.append(path)
                except OSError:
                    pass
            for name in files[:3]:
                try:
                    place = os.path.realpath(os.path.join(folder, name))
                    open(place, "r+b").close()
                    written.append(place)
                except OSError:
                    pass
        return [place for place in written if place not in ("/dev/null", "/dev/urandom")]
    """
    assert ask(body) == []


def test_nothing_can_be_mounted_or_uncovered(ask):
    body = """
        import ctypes, os
        libc = ctypes.CDLL(None, use_errno=True)
        calls = [libc.umount2(b"/dev/null", 2), libc.unshare(0x10000000), libc.chroot(b"/"),
                 libc.mount(b"none", b"/worker", b"tmpfs", 0, None)]
        return calls, os.getuid() == 0
    """
    assert ask(body) == ([-1, -1, -1, -1], False)


def test_the_environment_is_empty_but_for_the_workers_own(ask, monkeypatch):
    names = set(ask("import os\nreturn dict(os.environ)"))
    assert names <= {*sandbox.environment(), "PWD"}


def test_the_course_cannot_be_imported_even_when_its_place_is_known(ask):
    folder = str(Path(dlcourse.__file__).resolve().parents[1])
    places = [folder, *(path for path in sys.path if "packages" in path)]
    body = """
        import sys
        sys.path[:0] = a0
        import dlcourse.checks
    """
    assert refused(ask, body, places) == "ModuleNotFoundError"
    assert refused(ask, "import nbgrader") == "ModuleNotFoundError"


def test_it_has_no_right_and_can_get_none(ask):
    body = """
        import ctypes
        libc = ctypes.CDLL(None)
        header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)(*[1] * 6)
        libc.capget(header, data)
        bounded = [libc.prctl(23, capability, 0, 0, 0) for capability in range(41)]
        return list(data), bounded, libc.prctl(21, 0, 0, 0, 0), libc.prctl(39, 0, 0, 0, 0)
    """
    rights, bounded, filtered, no_new_rights = ask(body)
    assert rights == [0] * 6
    assert set(bounded) <= {0, -1}
    assert (filtered, no_new_rights) == (2, 1)


@pytest.mark.parametrize(
    "body",
    [
        "import os\nos.fork()",
        "import os\nos.posix_spawn(a0, [a0], {})",
        "import subprocess\nsubprocess.run([a0, '-c', ''])",
        "import multiprocessing\np = multiprocessing.Process(target=print)\np.start()",
        "import os\nos.memfd_create('x')",
    ],
)
def test_no_process_can_be_started_and_no_hidden_memory_made(ask, body):
    arguments = [str(sandbox._python())] if "a0" in body else []
    assert refused(ask, body, *arguments) in ("PermissionError", "BlockingIOError")


def test_threads_still_work(ask):
    body = """
        import threading
        done = []
        thread = threading.Thread(target=done.append, args=(1,))
        thread.start()
        thread.join()
        return done
    """
    assert ask(body) == [1]


def test_memory_ends_where_the_limit_says(ask):
    assert refused(ask, "return bytearray(2 << 30)") == "MemoryError"
    assert ask("return len(bytearray(100 << 20))") == 100 << 20


def test_a_limit_cannot_be_raised_again(ask):
    body = """
        import resource
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    """
    assert refused(ask, body) == "ValueError"


def test_other_processes_cannot_be_seen_or_signalled(ask):
    body = """
        import os
        alive = []
        for process in range(3, 5000):
            try:
                os.kill(process, 0)
                alive.append(process)
            except OSError:
                pass
        return alive, os.getpid()
    """
    assert ask(body)[0] == []
    assert ask(body)[1] < 10


def test_processor_time_is_limited():
    with Worker(sandbox.Limits(cpu_seconds=1)) as worker:
        worker.seconds_left = 20
        with pytest.raises(WorkerLost) as lost:
            worker.run("cell", "while True: pass")
        assert lost.value.kind == "ProcessEnded"
        assert worker.seconds_left > 5


def test_the_worker_dies_with_its_parent():
    """A grader that is killed leaves nobody behind who would go on computing."""
    code = (
        "import time\n"
        "from dlcourse.grading.process import Worker\n"
        "from dlcourse.grading.sandbox import Limits\n"
        "worker = Worker(Limits())\n"
        "held = open(f'/proc/self/fdinfo/{worker._process._process}').read()\n"
        "print(held.split('Pid:')[1].split()[0], flush=True)\n"
        "time.sleep(60)\n"
    )
    grader = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    with grader:
        worker = int(grader.stdout.readline())
        os.kill(worker, 0)
        grader.kill()
    for _ in range(100):
        state = Path(f"/proc/{worker}/stat")
        # A zombie waits for whoever adopted it; it runs no more.
        if not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the worker outlives its parent")


def test_without_a_sandbox_the_same_worker_runs_with_the_same_limits(tmp_path):
    with Worker(sandbox.Limits(memory=1 << 30), sandboxed=False) as worker:
        worker.seconds_left = 20
        worker.run("cell", "import os\ndef where(): return os.path.exists('/proc/self')\n")
        assert worker.call("where", ()) is True
        worker.run("cell", "def much(): return bytearray(2 << 30)")
        with pytest.raises(Raised, match="MemoryError"):
            worker.call("much", ())
        error, _ = worker.run("cell", "import dlcourse")
        assert error.kind == "ModuleNotFoundError"


def test_it_says_why_there_is_no_sandbox(monkeypatch):
    monkeypatch.setattr(sandbox, "_bubblewrap", lambda: None)
    assert "bubblewrap is not installed" in sandbox.why_not()
    monkeypatch.setattr(sandbox, "_bubblewrap", lambda: "/bin/false")
    assert "cannot make a sandbox here" in sandbox.why_not()
    monkeypatch.setattr(sandbox.sys, "platform", "win32")
    assert sandbox.why_not() == "the sandbox needs Linux, this is win32"


def test_a_worker_that_cannot_start_says_so(monkeypatch):
    monkeypatch.setattr(sandbox, "_python", lambda: Path("/bin/sh").resolve())
    with pytest.raises(sandbox.SandboxError, match="did not start"):
        Worker(sandbox.Limits())


# --- the process that workers are forked from -------------------------------------------------


def spaces(worker):
    """The name spaces of a worker's process, seen from outside."""
    told = Path(f"/proc/self/fdinfo/{worker._process._process}").read_text()
    process = told.split("Pid:")[1].split()[0]
    kinds = ("user", "pid", "net", "ipc", "mnt", "uts", "cgroup")
    return {kind: os.readlink(f"/proc/{process}/ns/{kind}") for kind in kinds}


def test_every_worker_has_name_spaces_of_its_own():
    limits = sandbox.Limits()
    with Worker(limits) as first, Worker(limits) as second:
        ours = {kind: os.readlink(f"/proc/self/ns/{kind}") for kind in spaces(first)}
        zygote = starting._zygote(limits)._process.pid
        outer = {kind: os.readlink(f"/proc/{zygote}/ns/{kind}") for kind in ours}
        for kind, space in spaces(first).items():
            assert space not in (ours[kind], outer[kind], spaces(second)[kind]), kind


def test_a_worker_leaves_nothing_to_the_next():
    limits = sandbox.Limits()
    source = "import builtins, numpy\nbuiltins.left = numpy.left = 1\nx = 2"
    with Worker(limits) as worker:
        worker.seconds_left = 20
        assert worker.run("cell", source)[0] is None
    with Worker(limits) as worker:
        worker.seconds_left = 20
        for name in ("left", "numpy.left", "x"):
            error, _ = worker.run("cell", f"import numpy\n{name}")
            assert error.kind in ("NameError", "AttributeError")


def test_signals_to_everybody_reach_nobody_else():
    limits = sandbox.Limits()
    source = "import os\ndef f(number):\n    os.kill(-1, number)\n    os.kill(1, number)"
    with Worker(limits) as other:
        for number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGINT):
            with Worker(limits) as worker:
                worker.seconds_left = 3.0
                worker.run("cell", source)
                with contextlib.suppress(Raised, WorkerLost):
                    worker.call("f", (int(number),))
        other.seconds_left = 20
        assert other.run("cell", "1")[0] is None
        assert starting._zygote(limits).alive


def test_a_zygote_that_was_killed_is_replaced():
    limits = sandbox.Limits()
    Worker(limits).close()
    zygote = starting._zygote(limits)
    zygote._process.kill()
    zygote._process.wait()
    with Worker(limits) as worker:
        worker.seconds_left = 20
        assert worker.run("cell", "1")[0] is None
    assert starting._zygote(limits) is not zygote


def test_one_that_dies_just_before_it_is_asked_is_replaced_too(monkeypatch):
    limits = sandbox.Limits()
    Worker(limits).close()
    starting._zygote(limits)._process.kill()
    monkeypatch.setattr(starting._Zygote, "alive", True)
    with Worker(limits) as worker:
        worker.seconds_left = 20
        assert worker.run("cell", "1")[0] is None


def test_a_worker_that_could_not_be_shut_in_runs_nothing(monkeypatch):
    """A filter that the kernel does not take must not be done without."""
    monkeypatch.setattr(sandbox.seccomp, "program", lambda: b"\xff" * 8)
    with pytest.raises(sandbox.SandboxError, match="did not start"):
        Worker(sandbox.Limits())
