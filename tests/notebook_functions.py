"""Functions and classes of a notebook, for benchmarks and for checks that need a package no reader has."""

import ast
from types import SimpleNamespace
from typing import Any

from helpers import catalogue, notebooks


def _statements(slug: str) -> list[ast.stmt]:
    cells = notebooks.read(catalogue.planned()[slug].path).cells
    return [node for cell in cells if cell.cell_type == "code" for node in ast.parse(cell.source).body]


def _defined(node: ast.stmt) -> str | None:
    """The name of a function, a class or a literal constant; None for what has to be computed."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        try:
            ast.literal_eval(node.value)
        except ValueError:
            return None
        return target.id if isinstance(target, ast.Name) else None
    return None


def functions(slug: str, *names: str, **given: Any) -> SimpleNamespace:
    """The functions and classes of a notebook that are named, with all that they use, and nothing else of it.

    What they use may be imports, other functions and classes, and constants that are written out. `given` stands in
    for what other cells would have computed.

    Raises KeyError for a name that the notebook does not define.
    """
    statements = _statements(slug)
    definitions = {name: node for node in statements if (name := _defined(node)) and name not in given}
    wanted, left = set(), list(names)
    while left:
        name = left.pop()
        wanted.add(name)
        used = {node.id for node in ast.walk(definitions[name]) if isinstance(node, ast.Name)}
        left += [other for other in used & definitions.keys() if other not in wanted]
    kept = [node for node in statements if isinstance(node, ast.Import | ast.ImportFrom)]
    kept += [node for name, node in definitions.items() if name in wanted]
    space: dict[str, Any] = {"__name__": slug, **given}
    exec(compile(ast.Module(kept, type_ignores=[]), slug, "exec"), space)
    return SimpleNamespace(**{name: space[name] for name in names})
