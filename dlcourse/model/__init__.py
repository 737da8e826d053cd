"""Models: layers put together."""

from dlcourse.model.sequential import Sequential
from dlcourse.model.summary import Summary

__all__ = ["Sequential", "Summary"]
