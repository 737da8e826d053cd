"""Attempts to use up the machine, to hang the run, or to take it down."""

from tests.grading.attacks.attack import HONEST, RELU, Attack

MEMORY = "it would take the machine's memory"
PROCESSES = "it would fill the machine with processes"
DISK = "it would fill the disk"


def lethal(name: str, code: str, harmful: str = "") -> Attack:
    """Make an attack beside an honest answer, which keeps its points whatever becomes of it."""
    code = code.strip("\n") + "\n"
    return Attack(name, code, HONEST[RELU], (RELU,), harmful=harmful)


def in_call(name: str, body: str, harmful: str = "") -> Attack:
    """Make an attack that strikes when the function is called."""
    lines = "\n".join("    " + line for line in body.strip("\n").split("\n"))
    return lethal(name, f"def dense_forward(x, w, b):\n{lines}", harmful)


ATTACKS = (
    lethal("a fork bomb", "import os\nwhile True:\n    os.fork()", PROCESSES),
    in_call("a thread bomb", """
import threading, time
while True:
    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
""", PROCESSES),
    in_call("a flood of memory, byte by byte", """
kept = []
while True:
    kept.append(bytearray(1 << 20))
""", MEMORY),
    in_call("a flood of memory in one array", "return np.ones((1 << 20, 1 << 20))"),
    in_call("a flood of memory that has no name", """
import os
descriptor = os.memfd_create("x")
while True:
    os.write(descriptor, bytes(1 << 20))
""", MEMORY),
    lethal("a flood of files", """
import os
for number in range(10**9):
    for folder in (".", "/tmp", "/dev/shm", "/worker"):
        try:
            open(os.path.join(folder, f"x{number}"), "wb").write(bytes(1 << 24))
        except FileNotFoundError:
            pass
""", DISK),
    lethal("a flood of output", """
while True:
    print("x" * 1000)
""", "its output would fill the memory"),
    lethal("a flood of errors on the other stream", """
import sys
while True:
    sys.stderr.write("x" * 1000)
""", "its output would fill the memory"),
    in_call("an answer of half a gigabyte", "return np.zeros(1 << 26)"),
    in_call("an answer of a million values", "return [[0] for _ in range(10**6)]"),
    in_call("an answer that contains itself", """
y = []
y.append(y)
return y
"""),
    in_call("an answer nested a thousand deep", """
y = 0
for _ in range(1000):
    y = [y]
return y
"""),
    in_call("a number of a million digits", "return 10**10**6"),
    in_call("a packed bomb unpacked", """
import zlib
small = zlib.compress(bytes(1 << 28), 9)
return zlib.decompress(zlib.compress(small * 40) and small) * 40
""", MEMORY),
    lethal("a loop that never ends", "while True:\n    pass"),
    in_call("a loop that never ends, in a call", "while True:\n    pass"),
    in_call("a generator that never ends", "return np.fromiter(iter(int, 1), float)", MEMORY),
    in_call("a sleep of an hour", "import time\ntime.sleep(3600)"),
    in_call("a loop that swallows every interrupt", """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""),
    in_call("signals blocked, then a loop", """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
for number in range(1, 32):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    pass
"""),
    in_call("a sum that no interrupt reaches", "return sum(range(10**12))"),
    in_call("a regular expression that never ends", """
import re
return re.match("(a+)+$", "a" * 64 + "b")
"""),
    in_call("a compiler that is kept busy", "return eval('(' * 150 + '9' + '**9)' * 150)"),
    lethal("the process left with success", "import os\nos._exit(0)"),
    in_call("the process left in a call", "import os\nos._exit(0)"),
    lethal("the process ended by its own signal", "import os\nos.kill(os.getpid(), 9)"),
    in_call("the process stopped, not ended", "import os\nos.kill(os.getpid(), 19)"),
    in_call("a crash of the interpreter", "import ctypes\nctypes.string_at(0)"),
    in_call("the stack overrun", """
import sys
sys.setrecursionlimit(10**9)
def down():
    down()
down()
"""),
    lethal("a signal to the parent", "import os\nos.kill(os.getppid(), 9)"),
    lethal("a signal to everybody", "import os\nos.kill(-1, 9)"),
    in_call("every descriptor closed", "import os\nos.closerange(0, 4096)"),
    in_call("every descriptor used up", """
import os
kept = [os.open("/dev/null", os.O_RDONLY) for _ in range(10**6)]
"""),
    in_call("the exit asked for", "raise SystemExit(0)"),
    in_call("an interrupt raised", "raise KeyboardInterrupt"),
    in_call("an exception whose text never ends", """
class Odd(Exception):
    def __str__(self):
        while True:
            pass
raise Odd
"""),
    in_call("an exception with a text of a hundred megabytes", "raise ValueError('x' * 10**8)"),
    lethal("a source that cannot be parsed", "dense_forward = " + "(" * 90_000),
    lethal("a cell with a NUL in it", "def dense_forward(x, w, b):\n    return 0\0\n"),
    in_call("the collector switched off and filled", """
import gc
gc.disable()
for _ in range(10**7):
    a = []
    a.append(a)
return 0
""", MEMORY),
)  # fmt: skip
