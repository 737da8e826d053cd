"""Attempts to read what is secret, and to carry it out in an error or in what is printed."""

import os
import shutil

from tests.grading.attacks.attack import PLACES, Attack

CARRY = """
def carry(found):
    text = " ".join(map(str, found))
    # Around every secret, so that a limit on length does not cut it off.
    import re
    hits = re.findall("secret-[0-9a-f]+", text)
    return " ".join(dict.fromkeys(hits)) or text[:300]
def dense_forward(x, w, b):
    raise ValueError(carry(find()))
print(carry(find()))
"""


# What an attack says that has got at something which holds no secret of ours.
GOT_IN = "secret-600d"


def reads(name: str, code: str, shows: str = Attack.shows) -> Attack:
    """Make an attack whose ``find()`` gives what it could read; errors are no find."""
    return Attack(name, code.strip("\n") + "\n" + CARRY, shows=shows)


FILES = f"""
import os
def find():
    found = []
    for place in {PLACES}:
        try:
            found.append(open(place, "rb").read().decode("latin-1"))
        except OSError as error:
            found.append(type(error).__name__)
    return found
"""


def elsewhere(path, notebook):
    """Hand in a link to another learner's notebook."""
    path.symlink_to(path.parents[2] / "honest" / path.parent.name / path.name)


def folder_elsewhere(path, notebook):
    """Make the lab's own folder a link."""
    path.parent.rmdir()
    path.parent.symlink_to(path.parents[2] / "honest" / path.parent.name)


def same_file(path, notebook):
    """Hand in a second name of another learner's file, which the file system tells from no copy.

    Nobody but who may read the file could make it; it is a copy then.
    """
    shutil.copy(path.parents[2] / "empty" / path.parent.name / path.name, path)


def waits_for_a_writer(path, notebook):
    """Hand in a named pipe: who opens it waits until somebody writes."""
    os.mkfifo(path)


ATTACKS = (
    reads("files whose places are known", FILES),
    reads("every notebook and database on the machine", """
import os
def find():
    found = []
    for top in ("/work", "/tmp", "/home", "/root", "/srv", "/var", "/etc", "/"):
        for folder, folders, files in os.walk(top):
            folders[:] = [name for name in folders if name not in ("proc", "sys", ".venv", "usr")]
            if len(found) > 200 or folder.count("/") > 6:
                break
            for name in files:
                if name.endswith((".ipynb", ".db", ".txt")):
                    try:
                        file = open(os.path.join(folder, name), "rb")
                        found.append(file.read().decode("latin-1"))
                    except OSError:
                        pass
    return found
"""),
    reads("the environment", """
import os
def find():
    return [os.environ.items(), os.environb.items()]
"""),
    reads("the environment of every process", """
import glob
def find():
    found = []
    for place in ["/proc/1/environ", "/proc/self/environ", *glob.glob("/proc/[0-9]*/environ")]:
        try:
            found.append(open(place, errors="replace").read())
        except OSError as error:
            found.append(type(error).__name__)
    return found
"""),
    reads("the file system through /proc", f"""
import glob
def find():
    found = []
    for root in ["/proc/1/root", "/proc/self/root", *glob.glob("/proc/[0-9]*/cwd/../..")]:
        for place in {PLACES}:
            try:
                found.append(open(root + place, "rb").read().decode("latin-1"))
            except OSError as error:
                found.append(type(error).__name__)
    return found
"""),
    reads("a way up out of the folder", """
import os
def find():
    found, folder = [], "."
    for _ in range(12):
        folder += "/.."
        for name in ("source/backprop/backprop.ipynb", "gradebook.db", "submitted/honest/backprop/"
                     "backprop.ipynb", "secret.txt"):
            try:
                found.append(open(os.path.join(folder, name), "rb").read().decode("latin-1"))
            except OSError as error:
                found.append(type(error).__name__)
    return found
"""),
    reads("open descriptors", """
import os
def find():
    found = []
    for descriptor in range(3, 64):
        try:
            os.lseek(descriptor, 0, 0)
            found.append(os.read(descriptor, 100_000).decode("latin-1"))
        except OSError:
            pass
    return found
"""),
    reads("the gradebook", f"""
import sqlite3
def find():
    found = []
    for place in [one for one in {PLACES} if one.endswith(".db")]:
        try:
            connection = sqlite3.connect(place, timeout=1)
            found += connection.execute("select * from submitted_assignment").fetchall()
            found += connection.execute("select id, last_name from student").fetchall()
        except sqlite3.Error as error:
            found.append(type(error).__name__)
    return found
"""),
    reads("the memory of other processes", """
import glob
def find():
    found = []
    for place in glob.glob("/proc/[0-9]*/maps"):
        try:
            ranges = [line.split()[0] for line in open(place) if "[heap]" in line]
            memory = open(place.replace("maps", "mem"), "rb", 0)
            for one in ranges:
                start, end = (int(number, 16) for number in one.split("-"))
                memory.seek(start)
                found.append(memory.read(min(end - start, 1 << 24)).decode("latin-1"))
        except OSError as error:
            found.append(type(error).__name__)
    return found
"""),
    reads("the memory of the parent through ptrace", """
import ctypes, os
def find():
    libc = ctypes.CDLL(None, use_errno=True)
    results = [libc.ptrace(16, process, 0, 0) for process in (os.getppid(), 1)]
    return ["secret-" + "600d" if 0 in results else os.strerror(ctypes.get_errno())]
""", GOT_IN),
    reads("a shell's commands", f"""
import subprocess
def find():
    found = []
    for command in ("env", "cat /etc/shadow", "cat " + " ".join({PLACES})):
        try:
            ran = subprocess.run(command, shell=True, capture_output=True, timeout=5)
            found.append(ran.stdout.decode("latin-1"))
        except OSError as error:
            found.append(type(error).__name__)
    return found
"""),
    Attack("lines for IPython that show files", f"""
get_ipython().system("cat " + " ".join({PLACES}))
def dense_forward(x, w, b):
    raise ValueError(get_ipython().getoutput("cat " + " ".join({PLACES})))
"""),
    reads("the history of IPython", """
def find():
    shell = get_ipython()
    return [shell.user_ns.items(), list(shell.history_manager.search("*"))]
"""),
    reads("the seed", """
import sys
def find():
    try:
        from dlcourse.checks.seeds import current_seed
        # The public one is no secret.
        return ["secret-" + "600d" if current_seed() else "none"]
    except ImportError as error:
        return [error, sys.argv, sys.orig_argv]
""", GOT_IN),
    Attack("the network", """
import socket, threading
server = socket.create_server(("127.0.0.1", 0))
def serve():
    server.accept()[0].send(b"an answer" + b" from the network")
threading.Thread(target=serve, daemon=True).start()
told = socket.create_connection(server.getsockname(), timeout=2).recv(100).decode()
print(told)
def dense_forward(x, w, b):
    raise ValueError(told)
""", shows="an answer from the network"),
    Attack("a name looked up in the network", """
import socket
try:
    told = str(socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"?", ("127.0.0.1", 53)))
    told = "sent " + "a question"
except OSError as error:
    told = type(error).__name__
print(told)
def dense_forward(x, w, b):
    raise ValueError(told)
""", shows="sent a question"),
    Attack("a link to a neighbour's notebook", write=elsewhere),
    Attack("a link to a neighbour's folder", write=folder_elsewhere),
    Attack("a copy of an empty neighbour's file", write=same_file),
    Attack("a named pipe in the notebook's place", write=waits_for_a_writer,
           harmful="it would wait for ever"),
)  # fmt: skip
