"""One worker and its parent: what a call does, and what becomes of a worker that misbehaves."""

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from dlcourse.grading import codec, sandbox
from dlcourse.grading.process import Raised, Worker, WorkerLost

pytestmark = pytest.mark.usefixtures("sandboxed")


@pytest.fixture
def worker():
    with Worker(sandbox.Limits()) as made:
        made.seconds_left = 20
        yield made


def define(worker, source):
    error, printed = worker.run("answer", source)
    assert error is None
    return printed


def test_a_call_returns_what_the_function_returns(worker):
    define(worker, "def f(x, n):\n    return x * n, {'n': n}")
    x = np.arange(6, dtype=np.float32).reshape(2, 3)[:, ::2]
    product, named = worker.call("f", (x, 3))
    assert product.dtype == np.float32
    np.testing.assert_array_equal(product, 3 * x)
    assert named == {"n": 3}


def test_what_it_does_to_its_arguments_happens_to_ours(worker):
    source = """
def f(x, state, history, both):
    x[0] = 7
    state["m"][:] = 1
    state["t"] = 2
    history.append(x.sum())
    both[0]["deep"] = True
"""
    define(worker, source)
    x, moment = np.zeros((2, 6))[:, ::2], np.zeros(2)
    state, history, deep = {"m": moment, "old": 1}, [0.0], {}
    worker.call("f", (x, state, history, (deep, 1)))
    np.testing.assert_array_equal(x, [[7, 7, 7], [0, 0, 0]])
    assert state["m"] is moment
    np.testing.assert_array_equal(moment, [1, 1])
    assert (state["t"], state["old"]) == (2, 1)
    assert history == [0.0, 21.0]
    assert deep == {"deep": True}


def test_an_argument_that_comes_back_is_the_argument(worker):
    define(worker, "def f(x):\n    return x, x.copy()")
    x = np.ones(3)
    came, copy = worker.call("f", (x,))
    assert came is x
    assert copy is not x


def test_a_read_only_argument_is_read_only_there(worker):
    define(worker, "def f(x):\n    x[0] = 1\ndef g(x):\n    x.flags.writeable = True\n    x[0] = 1")
    x = np.zeros(2)
    x.flags.writeable = False
    with pytest.raises(Raised, match="ValueError: assignment destination is read-only"):
        worker.call("f", (x,))
    with pytest.raises(Raised, match="read-only was changed"):
        worker.call("g", (x,))
    assert x[0] == 0


def test_an_argument_of_another_shape_afterwards_is_an_error(worker):
    define(worker, "def f(x):\n    x.resize(6)")
    with pytest.raises(Raised, match=r"shape \(2, 3\).* to shape \(6,\)"):
        worker.call("f", (np.zeros((2, 3)),))


def test_an_error_comes_with_its_type_its_text_and_its_line(worker):
    define(worker, "def f(x):\n    y = 1\n    return g(x)\n\ndef g(x):\n    return x['key']")
    with pytest.raises(Raised) as caught:
        worker.call("f", ({},))
    error = caught.value
    assert (error.kind, error.message, error.cell, error.line) == ("KeyError", "'key'", "answer", 6)


@pytest.mark.parametrize(
    ("source", "kind", "line"),
    [
        ("x = 1\ndef f(:\n    pass", "SyntaxError", 2),
        ("\n\n1 / 0", "ZeroDivisionError", 3),
        ("import sys\nsys.exit()", "SystemExit", 2),
        ("raise KeyboardInterrupt", "KeyboardInterrupt", 1),
        ("def f():\n    f()\nf()", "RecursionError", 2),
        ("class Odd(Exception):\n    def __str__(self):\n        1 / 0\nraise Odd", "Odd", 4),
        ("x = '" + "(" * 3000, "SyntaxError", 1),
        ("(" * 300 + ")" * 300, "SyntaxError", 1),
    ],
)
def test_a_cell_that_fails_leaves_the_worker_alive(worker, source, kind, line):
    error, _ = worker.run("answer", source)
    assert (error.kind, error.line) == (kind, line)
    define(worker, "def f():\n    return 1")
    assert worker.call("f", ()) == 1


def test_what_stood_before_the_error_is_defined(worker):
    worker.run("answer", "def f():\n    return 1\nplt.plot([1])")
    assert worker.call("f", ()) == 1


def test_lines_for_ipython_do_nothing(worker):
    define(worker, "%matplotlib inline\n!ls\ndef f():\n    %time\n    return 7 % 4")
    assert worker.call("f", ()) == 3
    define(worker, "x = (7\n% 4)\ndef g():\n    return x")
    assert worker.call("g", ()) == 3


def test_a_name_is_looked_up(worker):
    define(worker, "def f(x, y=None, *more, z=3):\n    pass\nvalue = [1]\nclass Thing: pass")
    found = worker.look("f")
    assert found.callable
    assert str(found.signature) == "(x, y=None, *more, z=3)"
    assert worker.look("value").value == [1]
    assert not worker.look("value").callable
    assert not worker.look("nothing").exists


def test_functions_among_the_arguments_are_called_here(worker):
    define(worker, "def f(g, x):\n    return g(x) + g(2 * x)")
    seen = []

    def g(x):
        seen.append(x)
        return x**2

    np.testing.assert_array_equal(worker.call("f", (g, np.arange(3.0))), 5 * np.arange(3.0) ** 2)
    assert [type(x) for x in seen] == [np.ndarray, np.ndarray]


def test_an_error_of_such_a_function_reaches_the_code_that_called_it(worker):
    source = """
def f(g):
    try:
        g(1)
    except ValueError as error:
        return str(error)

def h(g):
    g(1)
"""
    define(worker, source)

    def g(x):
        raise ValueError("not a one")

    assert worker.call("f", (g,)) == "not a one"
    with pytest.raises(Raised, match="ValueError: not a one") as caught:
        worker.call("h", (g,))
    assert caught.value.line == 9


def test_such_a_function_is_not_fed_more_than_the_exercise_holds(worker):
    define(worker, "import numpy as np\ndef f(g):\n    return g(np.zeros(100_000))")
    with pytest.raises(Raised, match="far more than the exercise's own"):
        worker.call("f", (lambda x: np.multiply.outer(x, x), np.ones(3))[:1])


def test_warnings_come_back(worker):
    define(worker, "import numpy as np\ndef f(x):\n    return np.log(x)")
    with pytest.warns(RuntimeWarning, match="divide by zero encountered in log"):
        assert worker.call("f", (np.zeros(1),))[0] == -np.inf


def test_what_is_printed_stays_out_of_the_protocol(worker):
    source = """
import os, sys
print("defined")
def f():
    print("x" * 10_000_000)
    sys.stdout.write("more")
    sys.__stdout__.write("and more")
    sys.__stdout__.flush()
    sys.stderr.write("worse")
    os.write(1, b"straight to the descriptor")
    os.write(2, b"straight to the other")
    return sys.stdin.read()
"""
    assert define(worker, source) == "defined\n"
    assert worker.call("f", ()) == ""


def test_a_flood_of_output_is_cut(worker):
    printed = define(worker, "for i in range(200_000): print(i)")
    assert printed.startswith("0\n1\n2\n")
    assert len(printed) <= 2000


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("while True: pass", "Timeout"),
        ("import time\n    time.sleep(100)", "Timeout"),
        ("import itertools\n    return list(itertools.repeat(x for x in iter(int, 1)))[0]", None),
        (
            "while True:\n        try:\n            while True: pass\n        except: pass",
            "Timeout",
        ),
        ("import os\n    os._exit(0)", "ProcessEnded"),
        ("import os, signal\n    os.kill(os.getpid(), signal.SIGKILL)", "ProcessEnded"),
        ("import ctypes\n    ctypes.string_at(0)", "ProcessEnded"),
        ("import os\n    os.closerange(0, 100)", "ProcessEnded"),
    ],
)
def test_a_worker_that_hangs_or_dies_is_lost_in_time(worker, body, kind):
    define(worker, f"def f():\n    {body}")
    worker.seconds_left = 1.0
    start = time.monotonic()
    with pytest.raises((WorkerLost, Raised)) as caught:
        worker.call("f", ())
    # A loop on a loaded machine is waited for until it has had its second of a processor.
    assert time.monotonic() - start < 30
    assert kind is None or caught.value.kind == kind
    assert kind is None or not worker.alive


FORGED = """
import json, os, struct
def f():
    header = json.dumps({header}).encode()
    frame = struct.pack("<4sIQ", b"DLC1", len(header), 0) + header
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, {raw})
        except OSError:
            pass
    while True: pass
"""


@pytest.mark.parametrize(
    ("header", "raw"),
    [
        ({}, "b'x' * 100"),
        ({"kind": "returned", "id": 99, "value": 1}, "frame"),
        ({"kind": "callback", "function": 5, "arguments": {"tuple": []}}, "frame * 1000"),
        ({"kind": "ready"}, "frame"),
        ({"kind": "returned", "id": 1, "value": {"pickle": "x"}}, "frame"),
        ({}, "struct.pack('<4sIQ', b'DLC1', 10, 2**60)"),
    ],
)
def test_frames_that_the_learner_writes_are_not_believed(worker, header, raw):
    define(worker, FORGED.format(header=header, raw=raw))
    worker.seconds_left = 3.0
    with pytest.raises(WorkerLost):
        worker.call("f", ())


def test_a_result_over_the_limit_is_an_error_and_not_a_loss(worker):
    define(worker, "import numpy as np\ndef f():\n    return np.zeros(10**8, np.uint8)")
    with pytest.raises(Raised, match="64 MiB"):
        worker.call("f", ())
    assert worker.alive


def test_an_endless_answer_ends():
    """A list that contains itself, and one that is as long as memory."""
    with Worker(sandbox.Limits(memory=1 << 30)) as worker:
        worker.seconds_left = 20
        define(worker, "def f():\n    x = []\n    x.append(x)\n    return x")
        with pytest.raises(Raised, match="nested"):
            worker.call("f", ())
        define(worker, "def g():\n    return [0] * 10**6")
        with pytest.raises(Raised, match="holds more"):
            worker.call("g", ())


def test_views_that_change_after_they_are_returned_do_not(worker):
    source = """
import threading, time
import numpy as np
def f():
    answer = np.zeros(3)
    def later():
        time.sleep(0.05)
        answer[:] = 42
    threading.Thread(target=later).start()
    return answer
"""
    define(worker, source)
    came = worker.call("f", ())
    time.sleep(0.2)
    np.testing.assert_array_equal(came, np.zeros(3))


def test_a_large_argument_does_not_block_on_a_worker_that_does_not_read(worker):
    source = """
import signal, time
def f(x):
    return x.sum()
signal.signal(signal.SIGALRM, lambda *arguments: time.sleep(100))
signal.setitimer(signal.ITIMER_REAL, 0.2)
"""
    define(worker, source)
    time.sleep(0.5)
    worker.seconds_left = 1.0
    start = time.monotonic()
    with pytest.raises(WorkerLost):
        worker.call("f", (np.zeros(5_000_000),))
    assert time.monotonic() - start < 5


def test_seconds_left_counts_the_workers_time_only(worker):
    define(worker, "import time\ndef f():\n    time.sleep(0.3)")
    before = worker.seconds_left
    time.sleep(0.5)
    worker.call("f", ())
    assert 0.25 < before - worker.seconds_left < 0.75


def test_closing_leaves_no_process_and_no_descriptor():
    Worker(sandbox.Limits()).close()  # what workers are forked from stays
    count = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        with Worker(sandbox.Limits()) as worker:
            assert worker.alive
        assert not worker.alive
        worker.close()
        with pytest.raises(WorkerLost, match="ended before"):
            worker.look("f")
    assert len(os.listdir("/proc/self/fd")) == count


def test_the_worker_s_copy_of_the_codec_is_the_parents(worker):
    source = "import sys\ndef f():\n    return sys.modules['__main__'].codec.MAGIC.decode()"
    define(worker, source)
    assert worker.call("f", ()) == codec.MAGIC.decode()


def test_a_worker_that_has_to_wait_for_a_processor_is_given_time(worker, monkeypatch):
    """On a loaded machine, an honest loop of a second takes many; the grade stays the same."""
    define(worker, "import time\ndef f():\n    start = time.process_time()\n"
           "    while time.process_time() - start < 0.8: pass\n    return 1")  # fmt: skip
    crowd = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4)]
    try:
        core = sorted(os.sched_getaffinity(0))[0]
        for process in (*(one.pid for one in crowd), innermost(worker)):
            os.sched_setaffinity(process, {core})
        worker.seconds_left = 1.0
        start = time.monotonic()
        assert worker.call("f", ()) == 1
        assert time.monotonic() - start > 1.2
        # What was waited for is not taken off the learner's account.
        assert worker.seconds_left > -0.5
    finally:
        for one in crowd:
            one.kill()
            one.wait()


def innermost(worker):
    started = worker._process
    # On a machine that was too busy to make a zygote ready, it is a process of its own.
    process = getattr(started, "_number", None) or started._process.pid
    while children := Path(f"/proc/{process}/task/{process}/children").read_text().split():
        process = int(children[0])
    return process


def test_a_worker_that_sleeps_is_not(worker):
    define(worker, "import time\ndef f():\n    time.sleep(30)")
    worker.seconds_left = 0.5
    start = time.monotonic()
    with pytest.raises(WorkerLost):
        worker.call("f", ())
    assert time.monotonic() - start < 3
