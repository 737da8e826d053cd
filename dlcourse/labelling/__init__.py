"""When labels are dear: asking for the right ones, and learning from data that have none."""

from dlcourse.labelling.active import LabellingRun, active_learning
from dlcourse.labelling.instances import learn_instances
from dlcourse.labelling.queries import entropy, least_confident, margin

__all__ = [
    "LabellingRun",
    "active_learning",
    "entropy",
    "learn_instances",
    "least_confident",
    "margin",
]
