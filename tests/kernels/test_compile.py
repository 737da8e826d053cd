import subprocess
import sys
from pathlib import Path

import pytest

import dlcourse
from dlcourse.kernels import warmup
from dlcourse.kernels.cpu.compile import JIT_IS_OFF, KERNELS

jitted = pytest.mark.skipif(JIT_IS_OFF, reason="nothing is compiled without the JIT")


@jitted
def test_the_warm_up_compiles_every_kernel_and_training_compiles_nothing_more():
    """One specialisation for each float type, the declared one: none is compiled in a lesson."""
    script = """
import numpy as np
from dlcourse.kernels import warmup
from dlcourse.kernels.cpu.compile import KERNELS
for _, compile_it in warmup.tasks():
    compile_it()
before = {name: len(dispatcher.signatures) for name, (dispatcher, _) in KERNELS.items()}
from dlcourse.layers import Dense, ReLU, Sigmoid, Tanh
from dlcourse.losses import MeanSquaredError, SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import SGD, Adam
from dlcourse.training import evaluate, fit
x = np.random.default_rng(0).normal(size=(20, 3))
for dtype in (np.float32, np.float64):
    for optimizer in (Adam, SGD, lambda parameters: SGD(parameters, momentum=0.9)):
        labels, values = np.arange(20) % 4, np.ones((20, 4))
        for loss, y in ((SoftmaxCrossEntropy(), labels), (MeanSquaredError(), values)):
            layers = Dense(5), ReLU(), Dense(5), Sigmoid(), Tanh(), Dense(4)
            model = Sequential(*layers, input_shape=(3,), rng=0, dtype=dtype)
            fit(model, loss, optimizer(model.parameters), (x, y), epochs=1, rng=0, progress=False)
model = Sequential(Sigmoid(), Dense(4), input_shape=(3,), rng=0, dtype=np.float64)
x.flags.writeable = labels.flags.writeable = values.flags.writeable = False
for loss, y in ((SoftmaxCrossEntropy(), labels), (MeanSquaredError(), values)):
    loss.forward(model.forward(x), y)
    evaluate(model, loss, (x, y))
model.backward(values)
after = {name: len(dispatcher.signatures) for name, (dispatcher, _) in KERNELS.items()}
assert after == before, set(after.items()) ^ set(before.items())
print(min(before.values()), max(before.values()))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["1", "2"]


@pytest.fixture
def package_copy(tmp_path):
    """A copy of the library's sources, to be changed, in a folder to import them from."""
    source = Path(dlcourse.__file__).parent
    for file in source.rglob("*.py"):
        copy = tmp_path / "dlcourse" / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    return tmp_path


def run_in(folder, script, **environment):
    done = subprocess.run(
        [sys.executable, "-B", "-W", "always", "-c", script],
        cwd=folder, capture_output=True, text=True,
        env={"PATH": "", "PYTHONPATH": str(folder), **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done


@jitted
def test_a_changed_formula_is_compiled_anew(package_copy):
    """Numba's cache looks at the kernel's own file only; the formulas lie in another."""
    script = """
import numpy as np
from dlcourse.kernels.cpu import relu_forward
y = np.empty(1)
relu_forward(np.array([3.0]), y)
print(y[0], sum(relu_forward.kernel.stats.cache_hits.values()))
"""

    def run():
        cache = str(package_copy / "cache")
        return run_in(package_copy, script, NUMBA_CACHE_DIR=cache).stdout.split()

    assert run() == ["3.0", "0"]
    assert run() == ["3.0", "1"]
    line = "return ZERO if x <= ZERO else x"
    (changed,) = (f for f in (package_copy / "dlcourse").rglob("*.py") if line in f.read_text())
    changed.write_text(changed.read_text().replace(line, line + " + ONE"))
    assert run() == ["4.0", "0"]


@jitted
def test_an_unwritable_cache_is_said_not_fatal(package_copy):
    file = package_copy / "file"
    file.write_text("a file where a folder is wanted")
    (package_copy / "dlcourse" / "kernels" / "cpu" / "__pycache__").write_text("another")
    done = run_in(
        package_copy, "import dlcourse.kernels; print('imported')",
        NUMBA_CACHE_DIR=str(file / "cache"), HOME=str(file),
    )  # fmt: skip
    assert done.stdout.strip() == "imported"
    assert "set NUMBA_CACHE_DIR to a writable folder" in done.stderr


def test_every_kernel_is_in_the_warm_up():
    names = {name.split()[0] for name, _ in warmup.tasks()}
    assert names == set(KERNELS)
