import errno
import struct

import pytest

from dlcourse.grading import seccomp

ALLOW, KILL, ERROR = 0x7FFF0000, 0x80000000, 0x00050000
X86, ARM = 0xC000003E, 0xC00000B7
CLONE_THREAD = 0x10000


def verdict(program, architecture, number, argument=0):
    """Run the filter as the kernel would: the part of classic BPF that it uses."""
    data = struct.pack("<IIQQ", number, architecture, 0, argument)
    code = [struct.unpack_from("<HBBI", program, i) for i in range(0, len(program), 8)]
    at, value = 0, 0
    while True:
        operation, if_true, if_false, k = code[at]
        at += 1
        if operation == 0x20:
            (value,) = struct.unpack_from("<I", data, k)
        elif operation == 0x06:
            return k
        else:
            holds = {0x15: value == k, 0x35: value >= k, 0x45: bool(value & k)}[operation]
            at += if_true if holds else if_false


# (architecture, clone, calls that are denied, calls that Python needs)
MACHINES = {
    "x86_64": (X86, 56, [57, 58, 41, 53, 29, 319, 101, 165, 272, 321, 425], [0, 1, 9, 59, 231]),
    "aarch64": (ARM, 220, [198, 199, 194, 279, 117, 40, 97, 280, 425], [63, 64, 222, 221, 94]),
}


@pytest.mark.parametrize("machine", MACHINES)
def test_the_filter_denies_what_it_should_and_nothing_else(machine):
    architecture, clone, denied, needed = MACHINES[machine]
    program = seccomp.program(machine)
    for number in denied:
        assert verdict(program, architecture, number) == ERROR | errno.EPERM, number
    for number in needed:
        assert verdict(program, architecture, number) == ALLOW, number
    assert verdict(program, architecture, clone, 0) == ERROR | errno.EPERM
    assert verdict(program, architecture, clone, CLONE_THREAD | 0x100) == ALLOW
    assert verdict(program, architecture, 435) == ERROR | errno.ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
def test_calls_of_another_architecture_end_the_process(machine):
    for other in {X86, ARM, 0x40000003} - {MACHINES[machine][0]}:
        assert verdict(seccomp.program(machine), other, 0) == KILL


def test_the_second_numbering_of_x86_is_closed():
    assert verdict(seccomp.program("x86_64"), X86, 0x40000000 | 57) == ERROR | errno.EPERM


def test_an_unknown_machine_has_no_filter():
    assert seccomp.program("vax") is None
