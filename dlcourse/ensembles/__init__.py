"""Ensembles: many models, one answer. They choose no hyperparameter.

Bagging, boosting and stacking take any estimator of scikit-learn's conventions, the networks of
``dlcourse.estimators`` among them; snapshots come from one training of a ``Sequential``.
"""

from dlcourse.ensembles.bagging import Bagging
from dlcourse.ensembles.boosting import AdaBoost, GradientBoosting
from dlcourse.ensembles.snapshots import CyclicCosine, Snapshots
from dlcourse.ensembles.stacking import Stacking

__all__ = [
    "AdaBoost",
    "Bagging",
    "CyclicCosine",
    "GradientBoosting",
    "Snapshots",
    "Stacking",
]
