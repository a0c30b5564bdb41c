"""Rebuild `debian_graph.npz`: Debian packages, their dependencies, sections and the words of their synopses.

    python data/build/debian_graph.py SOURCE_FOLDER OUTPUT

SOURCE_FOLDER holds `Packages`, the index of Debian 12.15 (bookworm), component main, architecture amd64.
On such a machine, after `apt-get update`:
    /usr/lib/apt/apt-helper cat-file "$(apt-get indextargets --format '$(FILENAME)' 'Created-By: Packages' \
        'Codename: bookworm' 'Component: main' 'Architecture: amd64')" > SOURCE_FOLDER/Packages

Two packages are joined when one depends on or recommends the other (of alternatives, the first). Kept are the packages
of sixteen sections in the largest connected component. A word counts when at least 5 synopses have it.
"""

import re
import sys
from collections import Counter
from pathlib import Path

import networkx as nx
import numpy as np
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from sources import check, write_npz

PACKAGE = "the Packages index of Debian 12.15 (bookworm), main, amd64"
DIGEST = "85c19bea226a11bbf6139121db26a4103b2d2d61f0d11679468c59284b3a845d"
SECTIONS = """
science games net sound graphics web text math admin editors mail video electronics hamradio gnome kde
""".split()  # noqa: SIM905
FEWEST = 5  # synopses that have a word of the vocabulary
WORD = re.compile(r"[a-z][a-z0-9+]{2,}")


def read_index(path: Path) -> dict[str, dict[str, str]]:
    """The one-line fields of each package of the sixteen sections; of several versions, the first listed."""
    packages = {}
    for paragraph in path.read_text(encoding="utf-8").split("\n\n"):
        fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", paragraph, re.MULTILINE))
        if fields.get("Section") in SECTIONS:
            packages.setdefault(fields["Package"], fields)
    return packages


def needs(fields: dict[str, str]) -> set[str]:
    """The packages that one depends on or recommends; of alternatives (a | b) the first, without its version."""
    wanted = [part for field in ("Depends", "Recommends") for part in fields.get(field, "").split(",")]
    return {re.sub(r"[\s(:\[|].*", "", part.strip()) for part in wanted} - {""}


def joined(packages: dict[str, dict[str, str]]) -> tuple[list[str], np.ndarray]:
    """Names in the largest connected component, sorted, and its edges [edges, 2], each once, smaller number first."""
    graph = nx.Graph()
    for name, fields in packages.items():
        graph.add_edges_from((name, other) for other in needs(fields) & packages.keys() if other != name)
    names = sorted(max(nx.connected_components(graph), key=len))
    number = {name: node for node, name in enumerate(names)}
    edges = sorted(sorted((number[a], number[b])) for a, b in graph.subgraph(names).edges)
    return names, np.array(edges, dtype=np.int32)


def bag(synopses: list[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Vocabulary, and for each synopsis the numbers of its words: row ends [n + 1] and indices, as in a CSR matrix."""
    found = [set(WORD.findall(synopsis.lower())) - ENGLISH_STOP_WORDS for synopsis in synopses]
    counts = Counter(word for words in found for word in words)
    vocabulary = sorted(word for word, count in counts.items() if count >= FEWEST)
    number = {word: column for column, word in enumerate(vocabulary)}
    rows = [sorted(number[word] for word in words if word in number) for words in found]
    return vocabulary, np.cumsum([0, *map(len, rows)], dtype=np.int32), np.concatenate(rows).astype(np.int32)


def main(root: Path, output: Path) -> None:
    check([root / "Packages"], root, DIGEST, PACKAGE)
    packages = read_index(root / "Packages")
    names, edges = joined(packages)
    section = np.array([SECTIONS.index(packages[name]["Section"]) for name in names], dtype=np.int8)
    vocabulary, indptr, indices = bag([packages[name]["Description"] for name in names])
    write_npz(
        output,
        names=np.array(names),
        section=section,
        section_names=np.array(SECTIONS),
        edges=edges,
        words=np.array(vocabulary),
        indptr=indptr,
        indices=indices,
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
