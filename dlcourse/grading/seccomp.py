"""A system-call filter for the worker: what namespaces and limits leave open.

Process limits do not bind root, and neither System V shared memory nor ``memfd`` counts as
address space. So the worker may not start a process, open a socket, make shared memory, or use
the kernel's rarely needed parts. Threads stay allowed. The filter is classic BPF, written out
here because it is a dozen instructions (seccomp(2), linux/filter.h).
"""

from __future__ import annotations

import errno
import platform
import struct

_INSTRUCTION = struct.Struct("<HBBI")
_LOAD, _JUMP_EQUAL, _JUMP_FROM, _JUMP_BITS, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_CLONE_THREAD = 0x00010000
_X32_BIT = 0x40000000

# name: (x86_64, aarch64); None where an architecture has no such call.
_DENIED = {
    "fork": (57, None),
    "vfork": (58, None),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
}
# machine: (AUDIT_ARCH_*, column of the table, clone, clone3)
_MACHINES = {
    "x86_64": (0xC000003E, 0, 56, 435),
    "aarch64": (0xC00000B7, 1, 220, 435),
}


def program(machine: str | None = None) -> bytes | None:
    """Return the filter for ``bwrap --seccomp``, or None on a machine it is not written for.

    Parameters
    ----------
    machine : str, optional
        As ``platform.machine()`` gives it; this machine by default.
    """
    known = _MACHINES.get(machine or platform.machine())
    if known is None:
        return None
    architecture, column, clone, clone3 = known
    numbers = [row[column] for row in _DENIED.values()]
    denied = [number for number in numbers if number is not None]

    code: list[tuple[int, int, int, int]] = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_JUMP_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        # clone3 hides its flags in memory, where no filter can look: "not there" makes the C
        # library fall back to clone.
        (_JUMP_EQUAL, 0, 1, clone3),
        (_RETURN, 0, 0, _ERROR | errno.ENOSYS),
        (_JUMP_EQUAL, 0, 4, clone),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_JUMP_BITS, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERROR | errno.EPERM),
        (_JUMP_FROM, len(denied) + 1, 0, _X32_BIT),
    ]
    for position, number in enumerate(denied):
        code.append((_JUMP_EQUAL, len(denied) - position, 0, number))
    code.append((_RETURN, 0, 0, _ALLOW))
    code.append((_RETURN, 0, 0, _ERROR | errno.EPERM))
    return b"".join(_INSTRUCTION.pack(*instruction) for instruction in code)
