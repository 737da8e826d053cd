"""Submissions that try to earn points, or to learn something, without the work.

Each is a cell for the answer ``dense_forward`` of the backprop lab. Those that look for something
to read end with an exception that quotes it, which would carry it out.
"""

ZEROS = "def dense_forward(x, w, b):\n    return np.zeros((len(x), w.shape[1]), x.dtype)\n"

READ = """
import os
def dense_forward(x, w, b):
    found = []
    for place in PLACES:
        try:
            found.append(open(place, errors="replace").read())
        except OSError as error:
            found.append(type(error).__name__)
        try:
            found += os.listdir(os.path.dirname(place))
        except OSError:
            pass
    raise ValueError(" ".join(found)[:400])
"""

GAIN = {
    "an AST transformer that drops asserts": '''
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Pass(), node)
get_ipython().ast_transformers.append(Drop())
''' + ZEROS,
    "an input transformer that empties cells": '''
get_ipython().input_transformers_cleanup.append(lambda lines: ["4.0\\n"])
''' + ZEROS,
    "compile and exec replaced": '''
import builtins
builtins.compile = lambda *arguments, **options: None
builtins.exec = lambda *arguments, **options: None
''' + ZEROS,
    "a display hook that shows full marks": '''
import sys
sys.displayhook = lambda value: print(4.0)
''' + ZEROS,
    "the kernel's own execution replaced": '''
get_ipython().kernel.do_execute = lambda *arguments, **options: {"status": "ok"}
''' + ZEROS,
    "an object that equals everything": '''
class Right:
    shape = property(lambda self: self)
    dtype = property(lambda self: self)
    def __eq__(self, other): return True
    def __bool__(self): return True
    def __getattr__(self, name): return self
    def __call__(self, *arguments, **options): return self
    def __array__(self, *arguments, **options): return np.zeros((2, 2))
def dense_forward(x, w, b):
    return Right()
''',
    "an array that equals everything": '''
class Right(np.ndarray):
    def __eq__(self, other): return np.True_
    def __sub__(self, other): return np.zeros(self.shape)
    __rsub__ = __sub__
    def __array_function__(self, *arguments): return True
    def __array_ufunc__(self, *arguments, **options): return np.zeros(self.shape)
def dense_forward(x, w, b):
    return np.zeros((len(x), w.shape[1]), x.dtype).view(Right)
''',
    "comparisons of NumPy replaced": '''
np.testing.assert_allclose = lambda *arguments, **options: None
np.allclose = np.array_equal = lambda *arguments, **options: True
np.abs = lambda *arguments: np.zeros(1)
np.isfinite = lambda x: np.ones(np.shape(x), bool)
np.ndarray.__eq__ if True else None
''' + ZEROS,
    "a module of the checks of one's own": '''
import sys, types
fake = types.ModuleType("dlcourse.checks")
fake.check = lambda *arguments: 4.0
fake.judge = fake.check
sys.modules["dlcourse"] = sys.modules["dlcourse.checks"] = fake
check = fake.check
''' + ZEROS,
    "the reference imported": '''
def dense_forward(x, w, b):
    from dlcourse.layers import Dense
    layer = Dense(w.shape[1])
    layer.w, layer.b = w, b
    return layer.forward(x)
''',
    "the oracle imported": '''
def dense_forward(x, w, b):
    from dlcourse.checks.exercises.backprop.dense_forward import oracle
    return oracle(dict(x=x, w=w, b=b))[0].value
''',
    "the stack searched for the expected value": '''
import sys, gc
def dense_forward(x, w, b):
    frame = sys._getframe()
    while frame:
        for value in list(frame.f_locals.values()) + list(frame.f_globals.values()):
            if isinstance(value, np.ndarray) and value.shape == (len(x), w.shape[1]):
                if value is not x and value is not w:
                    return value
        frame = frame.f_back
    for value in gc.get_objects():
        if isinstance(value, np.ndarray) and value.shape == (len(x), w.shape[1]):
            return value
    raise LookupError("no expected value in reach")
''',
    "an answer written into the protocol": '''
import json, os, struct
def dense_forward(x, w, b):
    verdict = json.dumps({"kind": "verdict", "points": 4.0, "passed": True}).encode()
    for descriptor in range(3, 32):
        try:
            os.write(descriptor, struct.pack("<4sIQ", b"DLC1", len(verdict), 0) + verdict)
        except OSError:
            pass
''' ,
    "the process left with success": "import os\nos._exit(0)\n",
    "the process left in a call": "import os\ndef dense_forward(x, w, b):\n    os._exit(0)\n",
    "a grade printed": "print('dense_forward: 4 of 4 points')\nprint(4.0)\n" + ZEROS,
    "arguments changed into what fits": '''
def dense_forward(x, w, b):
    x[...] = 0
    w[...] = 0
    b[...] = 0
    return np.zeros((len(x), w.shape[1]), x.dtype)
''',
    "NaN, which compares with nothing": '''
def dense_forward(x, w, b):
    return np.full((len(x), w.shape[1]), np.nan, x.dtype)
''',
    "the gradebook written by a process in the background": '''
import os, subprocess, sys, threading
def write():
    import sqlite3
    for place in PLACES:
        if place.endswith("gradebook.db"):
            connection = sqlite3.connect(place)
            connection.execute("update grade set manual_score = 4")
            connection.commit()
threading.Thread(target=write, daemon=True).start()
try:
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1)"])
except OSError:
    pass
''' + ZEROS,
}  # fmt: skip

READING = {
    "the source of the lab": READ,
    "the process table": READ.replace("PLACES", "['/proc/1/environ', '/proc/self/root/x']"),
    "other submissions": READ.replace("PLACES", "[p for p in PLACES if 'honest' in p]"),
}
