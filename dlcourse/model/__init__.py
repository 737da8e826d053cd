"""Models: layers put together, saved, drawn, measured and passed on."""

from dlcourse.model.drawing import draw
from dlcourse.model.memory import MemoryEstimate, memory_estimate
from dlcourse.model.saving import load, load_into, save
from dlcourse.model.sequential import Sequential
from dlcourse.model.summary import Summary
from dlcourse.model.transfer import with_new_head

__all__ = [
    "MemoryEstimate",
    "Sequential",
    "Summary",
    "draw",
    "load",
    "load_into",
    "memory_estimate",
    "save",
    "with_new_head",
]
