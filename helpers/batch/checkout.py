"""What a notebook's run depends on in this checkout: its cells, the helpers it imports, their data files."""

import ast
import hashlib
import json
import threading
from collections.abc import Iterator
from pathlib import Path

from helpers.data import files
from helpers.notebooks import ROOT

_PARSING = threading.Lock()  # CPython 3.11 counts the depth of trees in one place for all threads


def _parse(source: str | bytes) -> ast.AST:
    with _PARSING:
        return ast.parse(source)


class Checkout:
    """The helpers and data of a checkout, read once: make a new one to see later changes.

    Of a notebook the sources, kinds and tags of its cells count, not its outputs. Of helpers count the modules
    that it imports, directly or through others, wherever the import stands. Of data count the files that
    one of these names, by the digest in `data/SHA256SUMS`. Imports are absolute in this collection; modules
    imported by a computed name are not seen.
    """

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.modules = {self._name(path): path for path in sorted((root / "helpers").rglob("*.py"))}
        self.data = files.digests()
        self._read: dict[str, tuple[str, set[str], set[str]]] = {}

    def _name(self, path: Path) -> str:
        parts = path.relative_to(self.root).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def _imports(self, tree: ast.AST) -> set[str]:
        """The modules of helpers that a piece of code imports, with the packages that hold them."""
        named: list[str] = []
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                named += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                named += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        parts = [name.split(".") for name in named]
        return {".".join(part[:end]) for part in parts for end in range(1, len(part) + 1)} & self.modules.keys()

    def _data(self, tree: ast.AST) -> set[str]:
        words = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        return {word for word in words if isinstance(word, str)} & self.data.keys()

    def _module(self, name: str) -> tuple[str, set[str], set[str]]:
        """Digest, imports and data files of one module of helpers."""
        if name not in self._read:
            source = self.modules[name].read_bytes()
            try:
                tree = _parse(source)
            except SyntaxError:  # a run that imports it will say so
                tree = ast.Module([], [])
            self._read[name] = hashlib.sha256(source).hexdigest(), self._imports(tree), self._data(tree)
        return self._read[name]

    def dependencies(self, sources: list[str]) -> tuple[set[str], set[str]]:
        """Modules of helpers and data files that code depends on.

        Code that is not plain Python (a magic command) counts as depending on all of them.
        """
        try:
            trees = [_parse(source) for source in sources]
        except SyntaxError:
            return set(self.modules), set(self.data)
        waiting = set().union(*map(self._imports, trees))
        data = set().union(*map(self._data, trees))
        modules: set[str] = set()
        while waiting:
            name = waiting.pop()
            modules.add(name)
            _, imports, named = self._module(name)
            waiting |= imports - modules
            data |= named
        return modules, data

    def _described(self, notebook: Path) -> Iterator[str]:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells]
        for cell, source in zip(cells, sources, strict=True):
            yield json.dumps([cell["cell_type"], sorted(cell["metadata"].get("tags", [])), source])
        code = [source for cell, source in zip(cells, sources, strict=True) if cell["cell_type"] == "code"]
        modules, data = self.dependencies(code)
        yield from (f"{name} {self._module(name)[0]}" for name in sorted(modules))
        yield from (f"{name} {self.data[name]}" for name in sorted(data))

    def digest(self, notebook: Path) -> str:
        """SHA-256 of everything that a run of this notebook depends on, but its parameters."""
        return hashlib.sha256("\n".join(self._described(notebook)).encode()).hexdigest()
