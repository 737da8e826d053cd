"""Change a function one small piece at a time, as a slip of the hand or of the mind would.

Each mutant is the function with one change: another operator, another number, another axis or
bound, a call left out, a line left out. A test that no mutant survives tests every piece.
(DeMillo, Lipton and Sayward, *Hints on Test Data Selection*, 1978.)
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_OPERATORS: dict[type[ast.operator], tuple[type[ast.operator], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div,),
    ast.Div: (ast.Mult,),
    ast.FloorDiv: (ast.Mult,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
}
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
# Functions and methods that are taken for one another.
_NAMES = {
    "maximum": "minimum",
    "minimum": "maximum",
    "max": "min",
    "min": "max",
    "argmax": "argmin",
    "argmin": "argmax",
    "mean": "sum",
    "sum": "mean",
    "zeros": "ones",
    "ones": "zeros",
    "zeros_like": "ones_like",
    "ones_like": "zeros_like",
    "floor": "ceil",
    "ceil": "floor",
    "any": "all",
    "all": "any",
    "append": "extend",
    "sin": "cos",
    "cos": "sin",
    "std": "var",
    "var": "std",
}
# What changes nothing but the form, the size or the scale of its first argument.
_WRAPPERS = {
    "abs",
    "sqrt",
    "exp",
    "log",
    "square",
    "sign",
    "tanh",
    "copy",
    "astype",
    "array",
    "asarray",
    "sort",
    "sorted",
    "argsort",
    "round",
    "clip",
    "flip",
    "transpose",
    "reversed",
    "cumsum",
    "ravel",
}


@dataclass(frozen=True)
class Mutant:
    """
    One change of one function.

    Attributes
    ----------
    kind : str
        What sort of change it is: "operator", "number", "slice"...
    line : int
        In which line of the cell.
    change : str
        The statement before and after: ``a = b + 1  →  a = b - 1``.
    source : str
        The whole cell with the change.
    """

    kind: str
    line: int
    change: str
    source: str


def mutants(source: str) -> Iterator[Mutant]:
    """Go through all mutants of a cell's code, no two the same."""
    tree = ast.parse(source)
    plain = ast.unparse(tree)
    seen = {plain}
    sites = list(_sites(tree))
    for number in range(len(sites)):
        fresh = ast.parse(source)
        statement, change = list(_sites(fresh))[number]
        before = _shown(statement)
        result = change.apply()
        text = ast.unparse(ast.fix_missing_locations(fresh))
        if text in seen:
            continue
        seen.add(text)
        after = _shown(result or statement)
        yield Mutant(change.kind, statement.lineno, f"{before}  →  {after}", text)


@dataclass
class _Change:
    """A change that waits to be made; ``apply`` may return the statement that took the place."""

    kind: str
    apply: Callable[[], ast.stmt | None]


def _shown(statement: ast.stmt) -> str:
    """Give a statement's first line; a compound statement's body is another statement's matter."""
    return ast.unparse(statement).split("\n")[0]


def _sites(tree: ast.Module) -> Iterator[tuple[ast.stmt, _Change]]:
    """Go through all changes that could be made, always in the same order."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for owner in ast.walk(function):
            for body in _bodies(owner):
                for place, statement in enumerate(body):
                    if isinstance(statement, ast.FunctionDef) or _is_docstring(statement):
                        continue
                    for change in _statement_changes(body, place, statement):
                        yield statement, change
                    for change in _expression_changes(statement):
                        yield statement, change


def _bodies(owner: ast.AST) -> Iterator[list[ast.stmt]]:
    if isinstance(owner, ast.FunctionDef | ast.For | ast.While | ast.If | ast.With):
        yield owner.body
        yield getattr(owner, "orelse", [])


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _statement_changes(body: list[ast.stmt], place: int, statement: ast.stmt) -> Iterator[_Change]:
    def put(other: ast.stmt) -> Callable[[], ast.stmt]:
        def apply() -> ast.stmt:
            body[place] = ast.copy_location(other, statement)
            return body[place]

        return apply

    if isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr | ast.Break | ast.Continue):
        yield _Change("line left out", put(ast.Pass()))
    if isinstance(statement, ast.AugAssign):
        yield _Change(
            "overwritten, not added",
            put(ast.Assign([statement.target], statement.value)),
        )
        for other in _OPERATORS.get(type(statement.op), ()):
            yield _Change("operator", lambda other=other: setattr(statement, "op", other()))
    if isinstance(statement, ast.If | ast.While):
        for value in (True, False) if isinstance(statement, ast.If) else (False,):
            yield _Change(
                "condition",
                lambda value=value: setattr(statement, "test", ast.Constant(value)),
            )
    if isinstance(statement, ast.Break):
        yield _Change("line left out", put(ast.Continue()))
    if isinstance(statement, ast.Continue):
        yield _Change("line left out", put(ast.Break()))
    if isinstance(statement, ast.Return) and isinstance(statement.value, ast.Tuple):
        elements = statement.value.elts
        for first in range(len(elements) - 1):

            def swap(first: int = first) -> None:
                elements[first], elements[first + 1] = elements[first + 1], elements[first]

            yield _Change("order", swap)


def _expression_changes(statement: ast.stmt) -> Iterator[_Change]:
    for parent in _own(statement):
        for name, value in ast.iter_fields(parent):
            if isinstance(value, ast.expr):
                yield from _replacements(value, _setter(parent, name))
            elif isinstance(value, list):
                for index, item in enumerate(value):
                    if isinstance(item, ast.expr):
                        yield from _replacements(item, _item_setter(value, index))
        yield from _own_changes(parent)


def _own(statement: ast.stmt) -> Iterator[ast.AST]:
    """Walk a statement without the statements inside it."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop(0)
        yield node
        waiting += [
            child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)
        ]


def _setter(parent: ast.AST, name: str) -> Callable[[ast.expr], None]:
    return lambda new: setattr(parent, name, new)


def _item_setter(items: list, index: int) -> Callable[[ast.expr], None]:
    return lambda new: items.__setitem__(index, new)


def _replacements(node: ast.expr, put: Callable[[ast.expr], None]) -> Iterator[_Change]:
    """Changes that put another expression in this one's place."""
    if isinstance(node, ast.BinOp):
        for other in _OPERATORS.get(type(node.op), ()):
            yield _Change(
                "operator", lambda other=other: put(ast.BinOp(node.left, other(), node.right))
            )
        if isinstance(node.op, ast.MatMult | ast.Sub | ast.Div | ast.Pow):
            yield _Change("order", lambda: put(ast.BinOp(node.right, node.op, node.left)))
        if isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div | ast.Pow):
            yield _Change("term left out", lambda: put(node.left))
        if isinstance(node.op, ast.Add | ast.Mult):
            yield _Change("term left out", lambda: put(node.right))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.Not | ast.Invert):
        yield _Change("sign", lambda: put(node.operand))
    elif isinstance(node, ast.Constant):
        for value in _other_values(node.value):
            yield _Change("number", lambda value=value: put(ast.Constant(value)))
    elif isinstance(node, ast.IfExp):
        yield _Change("condition", lambda: put(node.body))
        yield _Change("condition", lambda: put(node.orelse))
    elif isinstance(node, ast.BoolOp):
        for value in node.values:
            yield _Change("condition", lambda value=value: put(value))
    elif isinstance(node, ast.Attribute) and node.attr in ("T", "real"):
        yield _Change("call left out", lambda: put(node.value))
    elif isinstance(node, ast.Call) and _called(node) in _WRAPPERS:
        method = isinstance(node.func, ast.Attribute) and not _is_module(node.func.value)
        if method:
            yield _Change("call left out", lambda: put(node.func.value))  # type: ignore[attr-defined]
        elif node.args:
            yield _Change("call left out", lambda: put(node.args[0]))


def _own_changes(node: ast.AST) -> Iterator[_Change]:
    """Changes inside an expression that leave it where it is."""
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            for other in _COMPARISONS.get(type(operator), ()):
                yield _Change(
                    "comparison",
                    lambda index=index, other=other: node.ops.__setitem__(index, other()),
                )
    elif isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield _Change("comparison", lambda: setattr(node, "op", other()))
    elif isinstance(node, ast.Slice):
        for side in ("lower", "upper"):
            bound = getattr(node, side)
            if bound is not None:
                yield _Change("slice", lambda side=side: setattr(node, side, None))
                yield _Change(
                    "slice",
                    lambda side=side, bound=bound: setattr(
                        node, side, ast.BinOp(copy.deepcopy(bound), ast.Add(), ast.Constant(1))
                    ),
                )
        if node.step is not None:
            yield _Change("slice", lambda: setattr(node, "step", None))
    elif isinstance(node, ast.Call):
        name = _called(node)
        if name in _NAMES:
            yield _Change("another function", lambda: _rename(node, _NAMES[name]))
        for index in range(len(node.keywords)):
            yield _Change("argument left out", lambda index=index: node.keywords.__delitem__(index))
        if name == "range" and node.args:
            last = len(node.args) - 1 if len(node.args) < 3 else 1
            for operator in (ast.Add, ast.Sub):
                yield _Change(
                    "slice",
                    lambda operator=operator: node.args.__setitem__(
                        last, ast.BinOp(node.args[last], operator(), ast.Constant(1))
                    ),
                )


def _other_values(value: object) -> tuple[object, ...]:
    if isinstance(value, bool):
        return (not value,)
    if isinstance(value, int):
        return (value + 1, value - 1)
    if isinstance(value, float):
        return (value * 2, value / 2) if value else (1.0,)
    return ()


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _is_module(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("np", "math", "numpy")


def _rename(node: ast.Call, name: str) -> None:
    if isinstance(node.func, ast.Attribute):
        node.func.attr = name
    elif isinstance(node.func, ast.Name):
        node.func.id = name
