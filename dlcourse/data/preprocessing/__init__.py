"""Preparing data: cleaning, scaling, encoding, sampling, weighting and splitting."""

from dlcourse.data.preprocessing.cleaning import (
    Imputer,
    InterquartileBounds,
    ZScoreBounds,
    duplicate_rows,
    similar_categories,
    tidy_category,
    unify_categories,
)
from dlcourse.data.preprocessing.encoding import OneHotEncoder, one_hot
from dlcourse.data.preprocessing.sampling import (
    bootstrap,
    oversample,
    random_sample,
    smote,
    stratified_sample,
    thinned,
    undersample,
)
from dlcourse.data.preprocessing.scaling import (
    MinMaxScaler,
    RobustScaler,
    StandardScaler,
    normalize,
)
from dlcourse.data.preprocessing.splitting import split, split_groups
from dlcourse.data.preprocessing.weighting import class_weights

__all__ = [
    "Imputer",
    "InterquartileBounds",
    "MinMaxScaler",
    "OneHotEncoder",
    "RobustScaler",
    "StandardScaler",
    "ZScoreBounds",
    "bootstrap",
    "class_weights",
    "duplicate_rows",
    "normalize",
    "one_hot",
    "oversample",
    "random_sample",
    "similar_categories",
    "smote",
    "split",
    "split_groups",
    "stratified_sample",
    "thinned",
    "tidy_category",
    "undersample",
    "unify_categories",
]
