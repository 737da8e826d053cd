"""Fork workers inside the sandbox, each shut in once more, from a process that has NumPy loaded.

Starting Python and NumPy takes a quarter of a second, a fork two milliseconds. So ``worker.py``
waits here, inside bubblewrap's sandbox, for the parent to ask for a worker; it runs nobody's code
itself and holds nothing that a submission may not see. Each worker gets name spaces of its own
(users, processes, network, IPC, mounts, host name, control groups), has no capability, and takes
the system-call filter on itself before it reads its first question. So it can neither see nor
signal the process that it was forked from, nor a worker before or after it.

Where the kernel forbids name spaces within name spaces (some AppArmor rules do), the parent is
told so, and starts each worker in a sandbox of bubblewrap's own.

Sources: user_namespaces(7), capabilities(7), seccomp(2).
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import socket
from typing import Any

# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET of linux/sched.h
_NAMESPACES = (
    0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x10000000 | 0x20000000 | 0x40000000
)
_PR_SET_SECCOMP, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 22, 24, 38
_SECCOMP_MODE_FILTER = 2
_CAPABILITY_VERSION = 0x20080522
_MOST_CAPABILITIES = 64
_LONGEST_MESSAGE = 4096

YES, NO = b"+", b"-"

_libc = ctypes.CDLL(None, use_errno=True)


class _FilterProgram(ctypes.Structure):
    """``struct sock_fprog``: how many instructions, and where they are."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def born(control: socket.socket, program: bytes) -> tuple[dict[str, Any], int, int]:
    """Fork a worker for each request, for ever; return in the worker only.

    Parameters
    ----------
    control : socket.socket
        Where requests come from: a worker's limits as JSON, with the two descriptors of its pipe.
        Answered by `YES` and a descriptor of the worker's process, or by `NO`.
    program : bytes
        The system-call filter; empty on a machine that it is not written for.

    Returns
    -------
    limits : dict
    incoming, outgoing : int
        The worker's pipe.
    """
    possible = _tried()
    gc.collect()
    gc.freeze()  # a collection in a worker would copy every page that holds an object
    control.send(YES if possible else NO)
    while True:
        request, descriptors, _, _ = socket.recv_fds(control, _LONGEST_MESSAGE, 2)
        if not request:
            os._exit(0)  # the parent is gone
        child = os.fork()
        if child == 0:
            incoming, outgoing = descriptors
            _become_worker(control, program, (incoming, outgoing))
            return json.loads(request), incoming, outgoing
        os.waitpid(child, 0)
        for descriptor in descriptors:
            os.close(descriptor)


def _tried() -> bool:
    """Whether a child may make name spaces of its own, and processes can be held by descriptor."""
    if not hasattr(os, "pidfd_open"):
        return False
    child = os.fork()
    if child == 0:
        os._exit(1 if _libc.unshare(_NAMESPACES) else 0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def _become_worker(control: socket.socket, program: bytes, pipe: tuple[int, int]) -> None:
    """Go into new name spaces, hand the parent a hold on them, and give up every right."""
    if _libc.unshare(_NAMESPACES):
        control.send(NO)
        os._exit(1)
    # Process 1 of the new name space: when it is killed, everything in there is.
    first = os.fork()
    if first:
        socket.send_fds(control, [YES], [os.pidfd_open(first)])
        os._exit(0)
    control.close()
    _give_up_capabilities()
    # A process 1 cannot be killed from within. The worker is process 2, so that a submission that
    # kills itself is dead.
    worker = os.fork()
    if worker:
        for descriptor in pipe:
            os.close(descriptor)
        os.waitpid(worker, 0)
        os._exit(0)
    if program:
        _filter_calls(program)


def _give_up_capabilities() -> None:
    """Drop all capabilities of the new name space, for good."""
    _must(_libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    for capability in range(_MOST_CAPABILITIES):
        if _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0):
            break  # the kernel knows no more
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _must(_libc.capset(header, (ctypes.c_uint32 * 6)()))


def _filter_calls(program: bytes) -> None:
    instructions = len(program) // 8
    filter_program = _FilterProgram(instructions, program)
    mode = ctypes.c_ulong(_SECCOMP_MODE_FILTER)
    _must(_libc.prctl(_PR_SET_SECCOMP, mode, ctypes.byref(filter_program), 0, 0))


def _must(result: int) -> None:
    """End a process that could not be shut in: it must not run what it would be sent."""
    if result:
        os._exit(1)
