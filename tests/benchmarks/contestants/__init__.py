"""The contestants: a module each, with a function ``prepare`` of a workload.

``prepare(workload)`` returns a function without arguments that does the work once and returns its
result, so that nobody can put work off and so that a test can compare what they computed; or None
where the contestant has no such thing. Everyone begins with the same numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from shutil import which
from typing import Any

from tests.benchmarks.workloads import Workload

Run = Callable[[], Any]


@dataclass(frozen=True)
class Contestant:
    """Who takes part.

    Attributes
    ----------
    name
        The word in tables and the key in results.
    module
        The file of this package that prepares its work.
    package
        What must be installed.
    compiler
        Whether it needs a C++ compiler.
    """

    name: str
    module: str
    package: str
    compiler: bool = False

    @property
    def missing(self) -> str | None:
        """Why it cannot take part, or None."""
        if find_spec(self.package) is None:
            return f"{self.package} is not installed"
        if self.compiler and not (which("c++") or which("g++") or which("clang++")):
            return "there is no C++ compiler"
        return None

    def prepare(self, workload: Workload) -> Run | None:
        """Return the function that does the work once, or None where there is no such thing."""
        return import_module(f"{__name__}.{self.module}").prepare(workload)


CONTESTANTS = {
    contestant.name: contestant
    for contestant in (
        Contestant("dlcourse", "library", "dlcourse"),
        Contestant("pytorch", "pytorch", "torch"),
        Contestant("pytorch_compile", "pytorch_compile", "torch", compiler=True),
        Contestant("jax", "jax_jit", "jax"),
        Contestant("sklearn", "scikit", "sklearn"),
        Contestant("skimage", "image", "skimage"),
        Contestant("floor", "floor", "numpy"),
    )
}
