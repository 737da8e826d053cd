"""Data: sets to learn from, and batches of them."""

from dlcourse.data.dataset import Dataset, Split, as_dataset, batches
from dlcourse.data.digits import load_digits

__all__ = ["Dataset", "Split", "as_dataset", "batches", "load_digits"]
