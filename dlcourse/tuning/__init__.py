"""Hyperparameter search on Optuna: one function over a space that you declare.

Optuna brings the searches, but for one: its Gaussian process needs PyTorch, ours needs
scikit-learn.
"""

try:
    import optuna as _optuna  # noqa: F401
except ImportError:
    raise ImportError(
        "dlcourse.tuning stands on Optuna, which is not installed: pip install optuna"
    ) from None

from dlcourse.tuning.gaussian_process import GaussianProcessSampler, expected_improvement
from dlcourse.tuning.result import Record, SearchResult
from dlcourse.tuning.searching import SearchFailed, search
from dlcourse.tuning.space import Choice, Real, Space, Whole
from dlcourse.tuning.storage import SQLiteJournal, open_storage
from dlcourse.tuning.trial import Trial

__all__ = [
    "Choice",
    "GaussianProcessSampler",
    "Real",
    "Record",
    "SQLiteJournal",
    "SearchFailed",
    "SearchResult",
    "Space",
    "Trial",
    "Whole",
    "expected_improvement",
    "open_storage",
    "search",
]
