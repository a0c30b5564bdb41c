"""Real text, words and word vectors."""

import json
import re
from typing import NamedTuple

import numpy as np

from helpers.data import files


class Verse(NamedTuple):
    """One Bible verse in three versions; a version that lacks it is empty."""

    book: str
    chapter: int
    verse: int
    kjv: str
    web: str
    rv1909: str


class Docstring(NamedTuple):
    """One documented object of the Python standard library."""

    module: str
    name: str  # qualified, inside the module; empty for the module itself
    signature: str  # such as (self, o); empty for modules and classes
    doc: str


class Passage(NamedTuple):
    """One paragraph of an English Wikipedia article."""

    title: str
    section: str  # "(lead)" before the first heading
    revision: str  # number of the article's revision, for attribution
    text: str


class Synset(NamedTuple):
    """One noun sense of WordNet."""

    words: list[str]  # synonyms, with underscores for spaces
    domain: str  # one of 26, such as animal
    links: list[tuple[str, int]]  # relation and number of the other synset
    gloss: str


class Pronunciation(NamedTuple):
    """One English word as it is spoken."""

    word: str
    phonemes: list[str]  # ARPAbet; vowels end in their stress, 0 to 2


class WordVectors(NamedTuple):
    """Words, the most frequent first, and their vectors."""

    words: np.ndarray  # [words]
    vectors: np.ndarray  # [words, dim] float32


def bible() -> list[Verse]:
    """31,102 verses: King James (English, 1769), World English Bible (2020 text), Reina-Valera (Spanish, 1909)."""
    rows = (line.split("\t") for line in files.lines("bible_kjv_web_rv1909.tsv.gz")[1:])
    return [Verse(book, int(chapter), int(verse), *texts) for book, chapter, verse, *texts in rows]


def python_docstrings() -> list[Docstring]:
    """7,852 docstrings of the standard library of CPython 3.11, in order of module and name."""
    return [Docstring(**json.loads(line)) for line in files.lines("python_docstrings.jsonl.gz")]


def wikipedia() -> list[Passage]:
    """4,609 passages of 100 English Wikipedia articles (2016), in order of article."""
    rows = map(json.loads, files.lines("wikipedia_passages.jsonl.gz"))
    return [Passage(row["title"], row["section"], row["rev"], row["text"]) for row in rows]


def wikipedia_vectors() -> np.ndarray:
    """Vectors of the passages of `wikipedia()` by all-MiniLM-L6-v2: [4609, 384] float32, of length 1 within 1 %."""
    stored = files.arrays("wiki_minilm_i8.npz")
    return stored["vectors"] * stored["scale"]


def wordnet() -> list[Synset]:
    """82,115 noun synsets of WordNet 3.0; a link's number is a place in this list.

    Relations: @ is a kind of, i is an instance of, m is a member of, p is a part of, s is a substance of, t has the
    topic.
    """
    rows = (line.split("\t") for line in files.lines("wordnet.tsv.gz"))
    return [
        Synset(words.split("|"), domain, [(link[0], int(link[1:])) for link in links.split()], gloss)
        for words, domain, links, gloss in rows
    ]


def cmudict() -> list[Pronunciation]:
    """117,366 English words of 2 to 16 letters with their phonemes, from the CMU Pronouncing Dictionary."""
    rows = (line.split("\t") for line in files.lines("cmudict.tsv.gz"))
    return [Pronunciation(word, phonemes.split()) for word, phonemes in rows]


def austen() -> dict[str, str]:
    """Six novels of Jane Austen by short title (`emma`, `persuasion`, …), line breaks as printed."""
    parts = re.split(r"^=== (\w+) ===$", "\n".join(files.lines("austen.txt.gz")), flags=re.MULTILINE)
    return {title: novel.strip("\n") for title, novel in zip(parts[1::2], parts[2::2], strict=True)}


def glove() -> WordVectors:
    """20,000 English words with GloVe vectors of 100 dimensions, kept to 8 bits: vectors [20000, 100] float32."""
    stored = files.arrays("glove_20k_100d_i8.npz")
    return WordVectors(stored["words"], stored["vectors"] * stored["scale"])
