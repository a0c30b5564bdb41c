"""What the build scripts share: check what they read, and write files whose bytes depend on their content only."""

import gzip
import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np


def digest(paths: Iterable[Path], root: Path) -> str:
    """SHA-256 over the names (relative to `root`, with slashes) and contents of some files, in order of name."""
    listing = sorted(
        (path.relative_to(root).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()) for path in paths
    )
    return hashlib.sha256("".join(f"{found}  {name}\n" for name, found in listing).encode()).hexdigest()


def check(paths: Iterable[Path], root: Path, expected: str, package: str) -> None:
    """Exit with one line unless `digest(paths, root)` is `expected`, the one of `package` (name and version)."""
    paths = list(paths)
    missing = [path for path in paths if not path.is_file()]
    if missing or not paths:
        raise SystemExit(f"{missing[0] if missing else root}: not there; unpack {package} into {root}")
    found = digest(paths, root)
    if found != expected:
        raise SystemExit(
            f"{root}: these {len(paths)} files are not those of {package}: digest {found}, expected {expected}"
        )


def write_gzip(output: Path, text: str) -> None:
    """Write UTF-8 text, gzipped without name and date."""
    with output.open("wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(text.encode("utf-8"))
    report(output)


def write_npz(output: Path, **arrays: np.ndarray) -> None:
    """Write arrays as a compressed .npz; NumPy gives its entries the date 1980-01-01."""
    np.savez_compressed(output, **arrays)
    report(output)


def report(output: Path) -> None:
    """Print the line for `data/SHA256SUMS`."""
    print(f"{hashlib.sha256(output.read_bytes()).hexdigest()}  {output.name}")
