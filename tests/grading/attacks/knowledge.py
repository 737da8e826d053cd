"""Right numbers from elsewhere than one's own work."""

import json
from functools import cache

from dlcourse.checks.exercises import load
from dlcourse.checks.preparing import prepare
from tests.grading.attacks.attack import FORWARD, PLACES, Attack

PUBLIC_SEED = 0


@cache
def typed_in() -> str:
    """Write the right answers for the seed that learners see, as somebody may hand them round."""
    exercise = next(one for one in load("backprop") if one.name == FORWARD)
    prepared = prepare(exercise, PUBLIC_SEED)
    known = {
        float(case.arguments["x"].ravel()[0]).hex(): [
            float(value) for value in targets[0].value.ravel()
        ]
        for case, targets in zip(prepared.cases, prepared.targets, strict=True)
    }
    return f"""
KNOWN = {json.dumps(known)}
def dense_forward(x, w, b):
    y = np.zeros((len(x), w.shape[1]), x.dtype)
    found = KNOWN.get(float(x.ravel()[0]).hex(), [])
    if len(found) == y.size:
        y[...] = np.reshape(found, y.shape)
    return y
"""


ATTACKS = (
    Attack("the answers for the public seed typed in", typed_in()),
    Attack("the library's own layer imported", """
def dense_forward(x, w, b):
    from dlcourse.layers import Dense
    layer = Dense(w.shape[1])
    layer.build(x.shape[1:], np.random.default_rng(0))
    layer.w[...], layer.b[...] = w, b
    return np.array(layer.forward(x), x.dtype)
"""),
    Attack("the oracle imported", """
def dense_forward(x, w, b):
    from dlcourse.checks.exercise import Case
    from dlcourse.checks.exercises import find
    case = Case(dict(x=x, w=w, b=b), "")
    return find("dense_forward").oracle(case)[0].value.astype(x.dtype)
"""),
    Attack("the stack searched for the expected value", """
import sys
def dense_forward(x, w, b):
    frame = sys._getframe()
    while frame:
        for value in list(frame.f_locals.values()) + list(frame.f_globals.values()):
            for one in value if isinstance(value, (list, tuple)) else [value]:
                for target in one if isinstance(one, (list, tuple)) else [one]:
                    array = getattr(target, "value", target)
                    if isinstance(array, np.ndarray) and array.shape == (len(x), w.shape[1]):
                        if array is not x and array is not w:
                            return array.astype(x.dtype)
        frame = frame.f_back
    raise LookupError("no expected value in reach")
"""),
    Attack("every object in memory searched for the expected value", """
import gc
def dense_forward(x, w, b):
    best = None
    for found in gc.get_objects():
        array = found.get("value") if type(found) is dict else getattr(found, "value", None)
        if isinstance(array, np.ndarray) and array.shape == (len(x), w.shape[1]):
            if np.isfinite(array).all() and np.abs(array - b).max() < 1e9:
                best = array
    if best is None:
        raise LookupError("no expected value in reach")
    return best.astype(x.dtype)
"""),
    Attack("the mistakes' bank imported for a right one", """
def dense_forward(x, w, b):
    from dlcourse.checks.exercises import find
    for mistake in find("dense_forward").mistakes:
        y = mistake.function(x, w, b)
        if y.shape == (len(x), w.shape[1]):
            return y
"""),
    Attack("the solution read from the lab's source", f"""
import json, pathlib, re
for place in [*{PLACES}, *map(str, pathlib.Path.cwd().resolve().glob("../../../source/*/*.ipynb"))]:
    try:
        for cell in json.loads(pathlib.Path(place).read_text())["cells"]:
            text = "".join(cell["source"])
            if "BEGIN SOLUTION" in text and "def dense_forward" in text:
                exec(text)
    except Exception:
        pass
"""),
    Attack("the solution taken from the notebook's history", """
for cell in get_ipython().user_ns.get("In", []):
    if "def dense_forward" in cell and "BEGIN SOLUTION" in cell:
        exec(cell)
"""),
    Attack("the reference downloaded", """
import urllib.request
text = urllib.request.urlopen("http://127.0.0.1:9/dense_forward.py", timeout=1).read()
exec(text)
"""),
    Attack("the reference installed anew", """
import subprocess, sys
subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "dlcourse"],
               check=True, timeout=20)
def dense_forward(x, w, b):
    from dlcourse.kernels import cpu
    return cpu.dense_forward(x, w, b)
"""),
    Attack("a neighbour's answer imported", f"""
import json, pathlib
for place in {PLACES}:
    try:
        for cell in json.loads(pathlib.Path(place).read_text())["cells"]:
            text = "".join(cell["source"])
            if "def dense_forward" in text and "NotImplementedError" not in text:
                exec(text)
    except Exception:
        pass
"""),
)  # fmt: skip
