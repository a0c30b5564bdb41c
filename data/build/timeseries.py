"""Rebuild `timeseries.npz`: Chicago's elevated trains by day, one person's glucose, the temperature of the sea.

    python data/build/timeseries.py SOURCE_FOLDER OUTPUT

Unpack into SOURCE_FOLDER, one on top of the other:
    apt-get download r-cran-modeldata=1.1.0-1             (dpkg-deb -x FILE.deb SOURCE_FOLDER)
    pip download --no-deps bokeh_sampledata==2026.1       (python -m zipfile -e FILE.whl SOURCE_FOLDER)

Every row is kept, in the order of the source; numbers are rounded to 32 bits, times counted from a day or minute 0.
"""

import csv
import gzip
import lzma
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
from sources import check, write_npz

PACKAGES = "Debian r-cran-modeldata 1.1.0-1 and PyPI bokeh_sampledata 2026.1"
DIGEST = "6db0f2c2125228f32cce2a9b1015bffc7f421ff6b96b9311f4c0fe80a6a8fc5c"
MODELDATA = "usr/lib/R/site-library/modeldata/data/Rdata"
GLUCOSE = "bokeh_sampledata/_data/CGM.csv.gz"
SEA = "bokeh_sampledata/_data/sea_surface_temperature.csv.gz"
EPOCH = np.datetime64("1970-01-01")  # day 0 of R
MILLENNIUM = np.datetime64("2001-01-01")  # day 0 of the trains
TEN_YEARS_ON = np.datetime64("2010-01-01T00:00")  # minute 0 of the glucose

# Types of R's values (R Internals, section 1.8): a number of 32 bits before each value, of which this is the low byte
SYMBOL, PAIRS, CHARS, STRINGS, VECTOR = 1, 2, 9, 16, 19
LOGICAL, INTEGER, REAL = 10, 13, 14
NOTHING, REFERENCE = 254, 255
ATTRIBUTES, TAG = 0x200, 0x400  # bits: these stand beside the value


class Reader:
    """Values of R, serialized (format X, version 3): vectors of numbers as arrays, others as lists.

    A vector with names becomes a dict; its other attributes are read over.
    """

    def __init__(self, content: bytes) -> None:
        self.content, self.place, self.symbols = content, 2, []
        version, _, _ = (self.integer() for _ in range(3))
        if content[:2] != b"X\n" or version != 3:
            raise SystemExit("a value of R is not in format X, version 3")
        self.take(self.integer())  # the encoding's name

    def take(self, size: int) -> bytes:
        self.place += size
        return self.content[self.place - size : self.place]

    def integer(self) -> int:
        return struct.unpack(">i", self.take(4))[0]

    def value(self) -> object:
        flags = self.integer()
        kind = flags & 0xFF
        if kind == NOTHING:
            return None
        if kind == REFERENCE:
            return self.symbols[(flags >> 8) - 1]
        if kind == SYMBOL:
            self.symbols.append(self.value())
            return self.symbols[-1]
        if kind == PAIRS:
            return self.pairs(flags)
        if kind == CHARS:
            return self.take(max(self.integer(), 0)).decode("utf-8")
        length = self.integer()
        if kind in (LOGICAL, INTEGER, REAL):
            form = np.dtype(">f8" if kind == REAL else ">i4")
            found = np.frombuffer(self.take(length * form.itemsize), form)
        elif kind in (STRINGS, VECTOR):
            found = [self.value() for _ in range(length)]
        else:
            raise SystemExit(f"a value of R has type {kind}, which this script does not read")
        attributes = self.value() if flags & ATTRIBUTES else {}
        return dict(zip(attributes["names"], found, strict=True)) if "names" in attributes else found

    def pairs(self, flags: int) -> dict[str, object]:
        """A pairlist, such as attributes: each node has a tag, a value and the rest of the list."""
        found = {}
        while flags & 0xFF == PAIRS:
            if flags & ATTRIBUTES:
                self.value()
            tag = self.value() if flags & TAG else None
            found[tag] = self.value()
            flags = self.integer()
        return found


def read_rdb(base: Path, name: str) -> dict[str, np.ndarray]:
    """The columns of a data frame in R's lazy-load database: .rdx says where in .rdb each value is, packed.

    A packed value is its unpacked size (32 bits), a letter for the method (Z is LZMA), and the packed bytes.
    """
    index = Reader(gzip.decompress(base.with_suffix(".rdx").read_bytes())).value()
    start, size = index["variables"][name]
    packed = base.with_suffix(".rdb").read_bytes()[start : start + size]
    if packed[4:5] != b"Z":
        return Reader(zlib.decompress(packed[4:])).value()
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 26}]
    return Reader(lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters).decompress(packed[5:])).value()


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a gzipped CSV file, by column."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as rows:
        return list(csv.DictReader(rows))


def main(root: Path, output: Path) -> None:
    base = root / MODELDATA
    check([base.with_suffix(".rdb"), base.with_suffix(".rdx"), root / GLUCOSE, root / SEA], root, DIGEST, PACKAGES)
    chicago = read_rdb(base, "Chicago")
    days = EPOCH + chicago.pop("date").astype(np.int64)
    glucose, sea = read_csv(root / GLUCOSE), read_csv(root / SEA)
    minutes = np.array([row["datetime"] for row in glucose], dtype="datetime64[m]")
    write_npz(
        output,
        chicago=np.array(list(chicago.values()), dtype=np.float32).T,
        chicago_cols=np.array(list(chicago)),
        chicago_day=(days - MILLENNIUM).astype(np.int32),
        cgm_minute=(minutes - TEN_YEARS_ON).astype(np.int32),
        cgm_glucose=np.array([row["glucose"] for row in glucose]).astype(np.int16),
        sst_celsius=np.array([row["temperature (celsius)"] for row in sea]).astype(np.float32),
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
