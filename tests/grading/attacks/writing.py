"""Attempts to write points, or to spoil what others have."""

from tests.grading.attacks.attack import PLACES, ZEROS, Attack

UPDATE = f"""
def write():
    import sqlite3
    for place in {PLACES}:
        if place.endswith("gradebook.db"):
            connection = sqlite3.connect(place, timeout=5)
            connection.execute("update grade set manual_score = 4, needs_manual_grade = 0")
            connection.execute("update grade set auto_score = 4 where auto_score is null or 1")
            connection.commit()
            connection.close()
"""


def writes(name: str, code: str, lingers: float = 0.0) -> Attack:
    """Make an attack that writes, and then answers with zeros."""
    return Attack(name, code.strip("\n") + "\n\n" + ZEROS, lingers=lingers)


ATTACKS = (
    writes("the gradebook written by a process in the background", UPDATE + """
import subprocess, sys, textwrap, inspect
code = "import time; time.sleep(4)\\n" + inspect.getsource(write) + "\\nwrite()"
subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
""", lingers=5.0),
    writes("the gradebook written by a forked process", UPDATE + """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(4)
        write()
    os._exit(0)
""", lingers=5.0),
    writes("the gradebook written by a thread", UPDATE + """
import threading, time
def later():
    time.sleep(0.5)
    write()
threading.Thread(target=later).start()
"""),
    writes("the gradebook written when the process ends", UPDATE + """
import atexit
atexit.register(write)
"""),
    writes("the gradebook deleted", f"""
import os
for place in {PLACES}:
    if place.endswith("gradebook.db"):
        os.remove(place)
"""),
    writes("the gradebook locked for good", f"""
import sqlite3
for place in {PLACES}:
    if place.endswith("gradebook.db"):
        connection = sqlite3.connect(place, isolation_level=None)
        connection.execute("begin exclusive")
"""),
    writes("the lab's source overwritten", f"""
for place in {PLACES}:
    if "source" in place:
        text = open(place).read().replace("check(", "print(4.0) or (lambda *a: 4.0)(")
        open(place, "w").write(text)
"""),
    writes("a neighbour's work deleted", f"""
import os
for place in {PLACES}:
    if "honest" in place:
        os.remove(place)
"""),
    writes("the submission itself exchanged", """
import glob, json
for place in glob.glob("*.ipynb"):
    notebook = json.load(open(place))
    for cell in notebook["cells"]:
        if "check(" in "".join(cell["source"]):
            cell["source"] = "4.0"
    json.dump(notebook, open(place, "w"))
"""),
    writes("start-up code for whoever runs IPython next", """
import os
for folder in (os.path.expanduser("~/.ipython/profile_default/startup"), "/usr/lib/python3"):
    os.makedirs(folder, exist_ok=True)
    open(os.path.join(folder, "zzz.py"), "w").write("check = lambda *arguments: 4.0")
"""),
    writes("the course's package overwritten", """
import dlcourse.checks.notebook as module
open(module.__file__, "a").write("\\ncheck = lambda *arguments: Score(4.0)\\n")
"""),
    Attack("an answer written into the protocol", """
import json, os, struct
def dense_forward(x, w, b):
    for kind in ({"kind": "verdict", "points": 4.0, "passed": True},
                 {"kind": "returned", "id": 1, "value": 4.0, "arguments": None, "changed": []}):
        text = json.dumps(kind).encode()
        for descriptor in range(3, 32):
            try:
                os.write(descriptor, struct.pack("<4sIQ", b"DLC1", len(text), 0) + text)
            except OSError:
                pass
"""),
    Attack("the protocol's numbers guessed for the calls to come", """
import json, os, struct
def dense_forward(x, w, b):
    y = np.zeros((len(x), w.shape[1]))
    for number in range(1, 200):
        node = {"array": ["<f8", list(y.shape), 0]}
        text = json.dumps({"kind": "returned", "id": number, "value": node, "warned": [],
                           "arguments": {"tuple": []}, "changed": []}).encode()
        for descriptor in range(3, 12):
            try:
                frame = struct.pack("<4sIQ", b"DLC1", len(text), y.nbytes) + text + y.tobytes()
                os.write(descriptor, frame)
            except OSError:
                pass
    return y
"""),
)  # fmt: skip
