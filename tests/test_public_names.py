"""Every public name of the library is explained, and some test uses it."""

import importlib
import inspect
import re
import typing
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
MODULES = [
    "dlcourse.archive", "dlcourse.buffers", "dlcourse.calibration", "dlcourse.data",
    "dlcourse.data.metrics", "dlcourse.data.preprocessing", "dlcourse.devices", "dlcourse.drift",
    "dlcourse.ensembles",
    "dlcourse.estimators", "dlcourse.experiments", "dlcourse.export", "dlcourse.initializers",
    "dlcourse.interpretation", "dlcourse.kernels", "dlcourse.labelling", "dlcourse.layers",
    "dlcourse.losses", "dlcourse.model", "dlcourse.optimizers", "dlcourse.parallel",
    "dlcourse.parameters", "dlcourse.regularizers", "dlcourse.schedules", "dlcourse.team",
    "dlcourse.training", "dlcourse.tuning",
]  # fmt: skip


def public(module_name):
    """Return the names that a module offers: its ``__all__``, or what it defines itself."""
    module = importlib.import_module(module_name)
    names = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module_name
    ]
    # An alias of a type, such as Schedule = Callable[[int], float], does nothing to be tested.
    return [
        (name, getattr(module, name))
        for name in sorted(names)
        if typing.get_origin(getattr(module, name)) is None
    ]


NAMES = [
    pytest.param(module, name, value, id=f"{module.removeprefix('dlcourse.')}.{name}")
    for module in MODULES
    for name, value in public(module)
]
SOURCES = {
    path.relative_to(TESTS): path.read_text(encoding="utf-8")
    for path in sorted(TESTS.rglob("test_*.py"))
    if path != Path(__file__)
}


def covering(name):
    """Return the test files that use this name."""
    return [path for path, text in SOURCES.items() if re.search(rf"\b{name}\b", text)]


@pytest.mark.parametrize(("module", "name", "value"), NAMES)
def test_a_test_uses_it(module, name, value):
    assert covering(name), f"no test mentions {module}.{name}"


@pytest.mark.parametrize(("module", "name", "value"), NAMES)
def test_it_is_explained(module, name, value):
    """Methods too; one that overrides another is explained where that is declared."""
    if not (inspect.isclass(value) or inspect.isroutine(value)):
        return
    assert inspect.getdoc(value), f"{module}.{name} has no docstring"
    if not inspect.isclass(value):
        return
    for method, attribute in vars(value).items():
        if method.startswith("_") or not (
            inspect.isfunction(attribute) or isinstance(attribute, (property, classmethod))
        ):
            continue
        assert inspect.getdoc(getattr(value, method)), f"{name}.{method} has no docstring"


if __name__ == "__main__":
    for parameter in NAMES:
        module, name, _ = parameter.values
        print(f"{module}.{name}: {', '.join(map(str, covering(name)[:3]))}")
