"""Hostile and broken submissions, one kind a module; ``python -m tests.grading.attacks``."""

from tests.grading.attacks import (
    floods,
    interpreter,
    knowledge,
    notebooks,
    objects,
    pages,
    reading,
    writing,
)
from tests.grading.attacks.attack import Attack

KINDS = {
    "bending the interpreter": interpreter.ATTACKS,
    "objects that lie": objects.ATTACKS,
    "knowing the answer": knowledge.ATTACKS,
    "reading what is secret": reading.ATTACKS,
    "writing where points stand": writing.ATTACKS,
    "harming the machine or the run": floods.ATTACKS,
    "broken and forged notebooks": notebooks.ATTACKS,
    "deceiving whoever reads": pages.ATTACKS,
}
ATTACKS: tuple[Attack, ...] = tuple(attack for kind in KINDS.values() for attack in kind)
