"""Real pictures: digits, characters, colour pictures, film, brains."""

from typing import NamedTuple

import numpy as np

from helpers.data import files


class Pictures(NamedTuple):
    """Pictures with one label each."""

    images: np.ndarray  # [pictures, height, width] float32 in 0 to 1
    labels: np.ndarray  # [pictures] int64


class Glyphs(NamedTuple):
    """Characters drawn in many typefaces."""

    images: np.ndarray  # [characters, typefaces, 28, 28] uint8 in 16 levels, ink is 240
    chars: np.ndarray  # [characters]
    fonts: np.ndarray  # [typefaces]


class Strokes(NamedTuple):
    """Characters as ordered pen strokes."""

    points: list[np.ndarray]  # of each character [points, 3] int16: x and y down in 0 to 127, 1 where the pen lifts
    chars: np.ndarray  # [characters]


class Emoji(NamedTuple):
    """Colour pictures with their Unicode names."""

    images: np.ndarray  # [1906, 32, 32, 4] uint8 RGBA
    names: np.ndarray  # [1906] such as KEYCAP 1
    category: np.ndarray  # [1906] one of 9
    subcategory: np.ndarray  # [1906]


class Clipart(NamedTuple):
    """Drawings with the folder and file name that they had."""

    images: np.ndarray  # [3380, 32, 32, 3] uint8 RGB on white
    category: np.ndarray  # [3380] one of 16 top folders
    folder: np.ndarray  # [3380] the whole folder
    names: np.ndarray  # [3380] file names: weak captions


class Photos(NamedTuple):
    """Photographs and textures."""

    images: np.ndarray  # [12, 256, 256, 3] uint8 RGB
    names: np.ndarray  # [12]


class Brains(NamedTuple):
    """Two heads, 2 mm a voxel."""

    t1: np.ndarray  # [98, 116, 94] uint8 MNI152 average, T1-weighted
    grey: np.ndarray  # [98, 116, 94] uint8 its grey matter, 255 is certain
    white: np.ndarray  # [98, 116, 94] uint8 its white matter
    colin27: np.ndarray  # [90, 108, 90] uint8 Colin27 T1 without the skull, not aligned with the others


def digits() -> Pictures:
    """Handwritten digits from scikit-learn: images [1797, 8, 8] float32 in 0 to 1, labels [1797] 0 to 9."""
    from sklearn.datasets import load_digits

    stored = load_digits()
    return Pictures((stored.images / 16).astype(np.float32), stored.target.astype(np.int64))


def mnist() -> Pictures:
    """10,000 handwritten digits of MNIST (LeCun and Cortes), shuffled: images [10000, 28, 28], labels 0 to 9."""
    stored = files.arrays("mnist_10k.npz")
    return Pictures(stored["images"].astype(np.float32) / 255, stored["labels"].astype(np.int64))


def glyphs() -> Glyphs:
    """A-Z, a-z and 0-9 in 300 typefaces by Brian Kent: images [62, 300, 28, 28]."""
    stored = files.arrays("glyphs_28.npz")
    return Glyphs(stored["images"], stored["chars"], stored["fonts"])


def kanji() -> Glyphs:
    """1,000 Japanese characters (kana and frequent kanji) in 15 typefaces: images [1000, 15, 28, 28]."""
    stored = files.arrays("kanji_28.npz")
    return Glyphs(stored["images"], stored["chars"], stored["fonts"])


def hanzi_strokes() -> Strokes:
    """3,000 Chinese characters as pen strokes, 51 points each on average, from Hanzi Writer (Arphic fonts)."""
    stored = files.arrays("hanzi_strokes.npz")
    return Strokes(np.split(stored["points"], stored["offsets"][1:-1]), stored["chars"])


def emoji() -> Emoji:
    """1,906 emoji of Google's Noto font with their Unicode names, 32×32."""
    stored = files.arrays("emoji_32.npz")
    return Emoji(stored["images"], stored["names"], stored["category"], stored["subcategory"])


def clipart() -> Clipart:
    """3,380 drawings of the Open Clip Art Library, 32×32."""
    stored = files.arrays("clipart_32.npz")
    return Clipart(stored["images"], stored["category"], stored["folder"], stored["name"])


def photos() -> Photos:
    """12 photographs, textures and medical pictures from scikit-image, 256×256."""
    stored = files.arrays("photos_256.npz")
    return Photos(stored["images"], stored["names"])


def video() -> np.ndarray:
    """One shot of Big Buck Bunny (Blender Foundation): frames [132, 54, 96, 3] uint8 RGB."""
    return files.arrays("video_bbb.npz")["frames"]


def brains() -> Brains:
    """The MNI152 average with grey and white matter, and the Colin27 brain."""
    stored = files.arrays("brain_2mm.npz")
    return Brains(stored["t1"], stored["gm"], stored["wm"], stored["colin27_brain"])
