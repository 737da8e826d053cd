"""Many processes, on one machine or on many: training by MPI, and what it would take at scale.

``mpiexec -n 2 python -m dlcourse.parallel`` trains a network on as many processes; in a program of
your own, ``fit(…, team=Ranks())`` does.
"""

from dlcourse.parallel.costs import Costs, Link, Step, fit_costs
from dlcourse.parallel.launch import launch
from dlcourse.parallel.ranks import Ranks

__all__ = ["Costs", "Link", "Ranks", "Step", "fit_costs", "launch"]
