"""Find a file in `data/`, check that it is whole, and read it: never from the network, never unpickling."""

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path

import numpy as np

DATA = Path(__file__).resolve().parents[2] / "data"


class DataFault(ValueError):
    """A data file is missing or damaged; the message is one line that names the file and what to do."""


def digests() -> dict[str, str]:
    """SHA-256 of every data file, by file name, as `data/SHA256SUMS` lists them.

    Raises DataFault when the list is missing.
    """
    listing = DATA / "SHA256SUMS"
    if not listing.exists():
        raise DataFault(f"{listing}: missing; helpers must be installed from a checkout: pip install -e .")
    return {name: digest for digest, name in (line.split() for line in listing.read_text().splitlines())}


@lru_cache
def verified(name: str) -> Path:
    """The path of data file `name`, after its digest was checked (once in a process).

    Raises DataFault when the file is unknown, missing, or differs from its digest.
    """
    known = digests()
    if name not in known:
        raise DataFault(f"data/{name}: not in this checkout; present are {', '.join(sorted(known))}")
    path = DATA / name
    if not path.exists():
        raise DataFault(f"data/{name}: missing; restore it with: git checkout -- data/{name}")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != known[name]:
        raise DataFault(f"data/{name}: damaged (SHA-256 {found[:12]}…, expected {known[name][:12]}…); "
                        f"restore it with: git checkout -- data/{name}")  # fmt: skip
    return path


def verify_all() -> None:
    """Check every data file of this checkout.

    Raises DataFault for the first that is missing or differs from its digest.
    """
    for name in digests():
        verified(name)


def arrays(name: str) -> dict[str, np.ndarray]:
    """All arrays of an .npz file, by key."""
    with np.load(verified(name), allow_pickle=False) as stored:
        return {key: stored[key] for key in stored.files}


def lines(name: str) -> list[str]:
    """All lines of a gzipped UTF-8 text file, without their line ends."""
    with gzip.open(verified(name), "rt", encoding="utf-8", newline="\n") as stored:
        return stored.read().rstrip("\n").split("\n")
