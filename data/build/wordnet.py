"""Rebuild `wordnet.tsv.gz`: the nouns of WordNet 3.0, their domains, relations and glosses.

    python data/build/wordnet.py SOURCE_FOLDER OUTPUT

Unpack into SOURCE_FOLDER:
    apt-get download wordnet-base=1:3.0-37             (dpkg-deb -x FILE.deb SOURCE_FOLDER)

Every noun synset is kept, in the order of the source; of its relations, six kinds, between nouns only.
"""

import sys
from pathlib import Path

from sources import check, write_gzip

PACKAGE = "Debian wordnet-base 1:3.0-37"
DIGEST = "568951b8d62a98d42f0b55a2844dd2c5531e2630b1630714f5937aef8deb1614"
NOUNS = "usr/share/wordnet/data.noun"
FIRST_DOMAIN = 3  # lexicographer file of noun.Tops
DOMAINS = """
Tops act animal artifact attribute body cognition communication event feeling food group location motive object person
phenomenon plant possession process quantity relation shape state substance time
""".split()  # noqa: SIM905
LETTERS = {"@": "@", "@i": "i", "#m": "m", "#p": "p", "#s": "s", ";c": "t"}  # of relations; others are left out

Synset = tuple[str, list[str], str, list[tuple[str, str]], str]  # offset, words, domain, (relation, offset), gloss


def read_synset(line: str) -> Synset:
    """One line of the database (WordNet's manual, wndb(5)).

    It is: offset, file, type, number of words (hexadecimal), for each a word and a digit, number of pointers, for each
    relation, offset, part of speech and four digits, a bar, the gloss.
    """
    head, gloss = line.split(" | ", 1)
    fields = head.split()
    end = 4 + 2 * int(fields[3], 16)
    pointers = [fields[place : place + 3] for place in range(end + 1, end + 1 + 4 * int(fields[end]), 4)]
    links = [(LETTERS[kind], offset) for kind, offset, part in pointers if kind in LETTERS and part == "n"]
    kinds = [kind for kind, _ in links]
    links.sort(key=lambda link: kinds.index(link[0]))  # those of one relation stand together
    return fields[0], fields[4:end:2], DOMAINS[int(fields[1]) - FIRST_DOMAIN], links, gloss.strip()


def main(root: Path, output: Path) -> None:
    check([root / NOUNS], root, DIGEST, PACKAGE)
    lines = (root / NOUNS).read_text(encoding="latin-1").splitlines()
    synsets = [read_synset(line) for line in lines if not line.startswith("  ")]  # without the licence at the top
    number = {offset: place for place, (offset, *_) in enumerate(synsets)}
    rows = []
    for _, words, domain, links, gloss in synsets:
        ends = " ".join(f"{letter}{number[offset]}" for letter, offset in links)
        rows.append("\t".join(("|".join(words), domain, ends, gloss)))
    write_gzip(output, "\n".join(rows))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
