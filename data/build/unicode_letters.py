"""Rebuild `unicode_letters.tsv.gz`: cased letters of Unicode 15.0, their marks, names and scripts, as a graph.

    python data/build/unicode_letters.py SOURCE_FOLDER OUTPUT

Unpack into SOURCE_FOLDER:
    apt-get download unicode-data=15.0.0-1             (dpkg-deb -x FILE.deb SOURCE_FOLDER)

Letters are those of Latin, Greek and Cyrillic in the blocks below that have a partner in the other case. A letter that
Unicode takes apart is joined to its parts, any other to its name, and a name to the scripts that have it.
"""

import re
import sys
from pathlib import Path
from typing import NamedTuple

from sources import check, write_gzip

PACKAGE = "Debian unicode-data 15.0.0-1"
DIGEST = "ec8d4c651324d2ff2d1639435ab6c78063d99581936be0d2b1e0a65c739da7c5"
CHARACTERS = "usr/share/unicode/UnicodeData.txt"
BLOCKS = [(0x0041, 0x02AF), (0x0370, 0x052F), (0x1E00, 0x1FFF)]  # Latin to IPA; Greek and Cyrillic; additional ones
TITLE = re.compile(r"(LATIN|GREEK|CYRILLIC) (?:SMALL|CAPITAL) (?:LETTER|LIGATURE) (.+?)(?: WITH .+)?")

Node = tuple[str, str, str]  # kind, name, title
Link = tuple[Node, str, Node]


class Character(NamedTuple):
    """One line of UnicodeData.txt (Unicode Standard Annex 44): what is needed of its fifteen fields."""

    code: int
    title: str
    category: str  # Lu and Ll are letters, M… marks
    parts: list[int]  # canonical decomposition
    partners: list[int]  # in the other case


def read_character(line: str) -> Character:
    """One line: fields between semicolons, code points in hexadecimal; `<…>` before a decomposition: not canonical."""
    fields = line.split(";")
    parts = [] if fields[5].startswith("<") else [int(code, 16) for code in fields[5].split()]
    return Character(int(fields[0], 16), fields[1], fields[2], parts, [int(code, 16) for code in fields[12:14] if code])


def is_letter(character: Character) -> bool:
    """Whether it is a cased letter of the three scripts with a partner."""
    inside = any(first <= character.code <= last for first, last in BLOCKS)
    cased = character.category in ("Lu", "Ll") and character.partners
    return bool(inside and cased and TITLE.fullmatch(character.title))


def links(characters: dict[int, Character]) -> list[Link]:
    """Every relation between two nodes, once: case, base, mark, name, script."""
    letters = {code for code, character in characters.items() if is_letter(character)}

    def node(code: int) -> Node:
        title = characters[code].title
        return ("letter", chr(code), title) if code in letters else ("mark", title.removeprefix("COMBINING "), title)

    found: dict[tuple[Node, Node], str] = {}
    for code in sorted(letters):
        letter, title = node(code), characters[code].title
        for partner in letters.intersection(characters[code].partners):
            found.setdefault((min(letter, node(partner)), max(letter, node(partner))), "case")
        for part in characters[code].parts:
            if part in letters:
                found.setdefault((letter, node(part)), "base")
            elif characters[part].category.startswith("M"):
                found.setdefault((letter, node(part)), "mark")
        if not characters[code].parts:
            script, name = TITLE.fullmatch(title).groups()
            found.setdefault((letter, ("name", name, "")), "name")
            found.setdefault((("name", name, ""), ("script", script, "")), "script")
    return [(one, relation, other) for (one, other), relation in found.items()]


def main(root: Path, output: Path) -> None:
    check([root / CHARACTERS], root, DIGEST, PACKAGE)
    characters = map(read_character, (root / CHARACTERS).read_text(encoding="ascii").splitlines())
    joined = links({character.code: character for character in characters})
    nodes = sorted({node for one, _, other in joined for node in (one, other)})
    number = {node: place for place, node in enumerate(nodes)}
    ends: dict[Node, list[str]] = {node: [] for node in nodes}
    for one, relation, other in sorted(joined):
        ends[one].append(f"{relation}:{number[other]}")
    write_gzip(output, "\n".join("\t".join((*node, " ".join(ends[node]))) for node in nodes))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
