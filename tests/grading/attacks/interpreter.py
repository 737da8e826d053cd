"""Attacks on whatever runs and compares, in the process that the answer runs in."""

from tests.grading.attacks.attack import ZEROS, Attack


def bent(name: str, code: str) -> Attack:
    """Make an attack that bends something, and then answers with zeros."""
    return Attack(name, code.strip("\n") + "\n\n" + ZEROS)


ATTACKS = (
    bent("an AST transformer that drops calls of check", """
import ast
class Drop(ast.NodeTransformer):
    def visit_Call(self, node):
        if getattr(node.func, "id", "") == "check":
            return ast.copy_location(ast.Constant(4.0), node)
        return self.generic_visit(node)
get_ipython().ast_transformers.append(Drop())
"""),
    bent("an input transformer that empties cells", """
get_ipython().input_transformers_cleanup.append(lambda lines: ["4.0\\n"])
"""),
    bent("an input transformer after the parser", """
get_ipython().input_transformers_post.append(lambda lines: ["4.0\\n"])
"""),
    bent("check replaced by one's own", "check = lambda *arguments: 4.0"),
    bent("check replaced where it lives", """
import dlcourse.checks, dlcourse.checks.notebook
check = dlcourse.checks.check = dlcourse.checks.notebook.check = lambda *arguments: 4.0
"""),
    bent("the judge replaced", """
import dlcourse.checks.notebook as notebook
from dlcourse.checks.judging import Verdict
notebook.judge = lambda exercise, *rest: Verdict(exercise.name, exercise.points, exercise.points)
"""),
    bent("the comparison of values replaced", """
import dlcourse.checks.comparing as comparing
import dlcourse.checks.judging as judging
comparing.within = lambda array, target, dtype: np.ones(np.shape(array), bool)
comparing.values_sentence = comparing.finite_sentence = lambda *arguments: ""
judging.properties = lambda *arguments: []
"""),
    bent("every tolerance made infinite", """
from dlcourse.checks.exercise import Target
Target.tolerance = lambda self, dtype: np.full(self.value.shape, np.inf)
"""),
    bent("the parts of the exercise made to cost nothing", """
from dlcourse.checks import judging
judging.share_out = lambda exercise, cases, results: tuple(
    judging.PartResult(part.name, part.title, part.points, part.points) for part in exercise.parts)
"""),
    bent("the exercise exchanged for an easy one", """
from dataclasses import replace
from dlcourse.checks import exercises
find = exercises.find
def easy(name):
    found = find(name)
    return replace(found, oracle=lambda case: tuple(
        replace(one, steps=np.inf) for one in found.oracle(case)), properties=())
exercises.find = easy
"""),
    bent("random numbers that are all zero", """
class Nothing(np.random.Generator):
    def standard_normal(self, size=None, *rest, **more): return np.zeros(size)
    def integers(self, low, high=None, size=None, *rest, **more): return np.zeros(size, int)
    def choice(self, a, size=None, *rest, **more): return np.zeros(size)
make = np.random.default_rng
np.random.default_rng = lambda seed=None: Nothing(make(seed).bit_generator)
"""),
    bent("the failed check made a score", """
from dlcourse.checks import notebook
notebook.CheckFailed.__new__ = lambda kind, *arguments: 1 / 0
notebook.report = lambda verdict: "right"
notebook.grading = lambda: True
from dlcourse.checks.judging import Verdict
Verdict.passed = property(lambda self: True)
Verdict.__getattribute__ = lambda self, name: (
    4.0 if name == "points" else object.__getattribute__(self, name))
"""),
    bent("compile and exec replaced", """
import builtins
builtins.compile = lambda *arguments, **options: None
builtins.exec = lambda *arguments, **options: None
"""),
    bent("a display hook that shows full marks", """
import sys
sys.displayhook = lambda value: print(4.0)
"""),
    bent("a formatter that shows full marks", """
shell = get_ipython()
shell.showtraceback = lambda *arguments, **options: None
shell.display_formatter.formatters["text/plain"].for_type(float, lambda *arguments: None)
"""),
    bent("the kernel's own execution replaced", """
get_ipython().kernel.do_execute = lambda *arguments, **options: {"status": "ok"}
"""),
    bent("the kernel's answers forged", """
shell = get_ipython()
run = shell.run_cell_async
async def fine(code, *arguments, **options):
    return await run("4.0" if "check(" in code else code, *arguments, **options)
shell.run_cell_async = fine
"""),
    bent("a hook before every cell", """
def rewrite(info):
    info.raw_cell = "4.0"
    get_ipython().user_ns["check"] = lambda *arguments: 4.0
get_ipython().events.register("pre_run_cell", rewrite)
"""),
    bent("comparisons of NumPy replaced", """
np.testing.assert_allclose = lambda *arguments, **options: None
np.allclose = np.array_equal = lambda *arguments, **options: True
np.abs = lambda *arguments: np.zeros(1)
np.isfinite = lambda x: np.ones(np.shape(x), bool)
"""),
    bent("the imports replaced", """
import builtins, types
load = builtins.__import__
def fake(name, *arguments, **options):
    if name.startswith("dlcourse"):
        module = types.ModuleType(name)
        module.check = lambda *rest: 4.0
        return module
    return load(name, *arguments, **options)
builtins.__import__ = fake
check = fake("dlcourse.checks").check
"""),
    bent("a module of the checks of one's own", """
import sys, types
fake = types.ModuleType("dlcourse.checks")
fake.check = fake.judge = lambda *arguments: 4.0
sys.modules["dlcourse"] = sys.modules["dlcourse.checks"] = fake
check = fake.check
"""),
    bent("a trace function that turns failures around", """
import sys
def watch(frame, event, argument):
    if event == "call" and frame.f_code.co_name == "judge":
        frame.f_globals["share_out"] = lambda exercise, *rest: tuple(
            frame.f_globals["PartResult"](one.name, one.title, one.points, one.points)
            for one in exercise.parts)
    return watch
sys.settrace(watch)
"""),
    bent("constants changed in memory", """
import ctypes
size = ctypes.sizeof(ctypes.c_double)
ctypes.memmove(id(0.0) + 16, ctypes.byref(ctypes.c_double(4.0)), size)
"""),
    bent("the marker of the worker's protocol searched for and called", """
import gc
for found in gc.get_objects():
    if type(found).__name__ in ("Worker", "Channel"):
        found.send = found.call = lambda *arguments: b""
        try:
            found.serve = lambda: None
        except Exception:
            pass
"""),
)  # fmt: skip
