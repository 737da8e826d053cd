"""Models: layers put together."""

from dlcourse.model.saving import load, load_into, save
from dlcourse.model.sequential import Sequential
from dlcourse.model.summary import Summary

__all__ = ["Sequential", "Summary", "load", "load_into", "save"]
