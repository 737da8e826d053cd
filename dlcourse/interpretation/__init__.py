"""What a model looks at: gradients for its inputs, parts covered or mixed up, and their worth."""

from dlcourse.interpretation.covering import deletion_curve, occlusion
from dlcourse.interpretation.gradients import input_gradients, integrated_gradients, saliency
from dlcourse.interpretation.permutation import PermutationImportance, permutation_importance

__all__ = [
    "PermutationImportance",
    "deletion_curve",
    "input_gradients",
    "integrated_gradients",
    "occlusion",
    "permutation_importance",
    "saliency",
]
