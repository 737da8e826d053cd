"""The lab "tuning": three searches, what to try next, and two ensembles."""

from dlcourse.checks.exercises.tuning.bag import BAG
from dlcourse.checks.exercises.tuning.boost_round import BOOST_ROUND
from dlcourse.checks.exercises.tuning.evolve import EVOLVE
from dlcourse.checks.exercises.tuning.expected_improvement import EXPECTED_IMPROVEMENT
from dlcourse.checks.exercises.tuning.grid_search import GRID_SEARCH
from dlcourse.checks.exercises.tuning.random_points import RANDOM_POINTS

EXERCISES = (
    GRID_SEARCH,
    RANDOM_POINTS,
    EXPECTED_IMPROVEMENT,
    EVOLVE,
    BAG,
    BOOST_ROUND,
)
