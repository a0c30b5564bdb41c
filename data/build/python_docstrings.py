"""Rebuild `python_docstrings.jsonl.gz`: the docstrings of the standard library of CPython 3.11.7.

    python data/build/python_docstrings.py SOURCE_FOLDER OUTPUT

SOURCE_FOLDER is the `Lib` folder of the CPython 3.11.7 sources, or the `lib/python3.11` that they install
(`python -c "import sysconfig; print(sysconfig.get_path('stdlib'))"`). The files are parsed, never imported.
To be run by any CPython 3.11, whose `ast` and `inspect` decide the form of signatures and texts.
"""

import ast
import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from sources import check, write_gzip

PACKAGE = "CPython 3.11.7 (standard library)"
DIGEST = "f0cd8fadf77cb5b50446c0a2eb5ba19c206cd9fb7b66392402d009eed36a5c47"
# Tests, demonstrations, IDLE, what only Windows installs, what was installed beside the library.
LEFT_OUT = {"test", "tests", "turtledemo", "idlelib", "msilib"}
LEFT_OUT |= {"site-packages", "dist-packages", "lib-dynload", "__pycache__"}
GENERATED = ("_sysconfigdata", "config-")  # by an installation


def library_files(root: Path) -> list[Path]:
    """The .py files of the library that are read."""
    inside = [path for path in root.rglob("*.py") if not LEFT_OUT.intersection(path.relative_to(root).parts)]
    return [path for path in inside if not path.relative_to(root).parts[0].startswith(GENERATED)]


def module_name(path: Path) -> str:
    """The dotted name under which a file (relative to the library) is imported."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def definitions(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.stmt]]:
    """Qualified name and node of every class, function and method, also under `if` and `try`, not inside functions."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef):
            yield prefix + node.name, node
            yield from definitions(node.body, prefix + node.name + ".")
        else:
            for field in ("body", "handlers", "orelse", "finalbody"):
                yield from definitions(getattr(node, field, []), prefix)


def records(path: Path, root: Path) -> Iterator[dict[str, str]]:
    """One record for each documented object of a file; of several definitions of one name, the first documented."""
    tree = ast.parse(path.read_bytes())
    seen = set()
    for name, node in [("", tree), *definitions(tree.body)]:
        doc = inspect.cleandoc(ast.get_docstring(node, clean=False) or "").strip()
        if doc and name not in seen:
            seen.add(name)
            signature = f"({ast.unparse(node.args)})" if hasattr(node, "args") else ""
            yield {"module": module_name(path.relative_to(root)), "name": name, "signature": signature, "doc": doc}


def main(root: Path, output: Path) -> None:
    if sys.version_info[:2] != (3, 11):
        raise SystemExit(f"run this with CPython 3.11, not {sys.version.split()[0]}")
    files = library_files(root)
    check(files, root, DIGEST, PACKAGE)
    rows = sorted((row for path in files for row in records(path, root)), key=lambda row: (row["module"], row["name"]))
    write_gzip(output, "".join(json.dumps(row, sort_keys=True, ensure_ascii=False) + "\n" for row in rows))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
