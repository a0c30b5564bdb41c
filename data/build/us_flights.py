"""Rebuild `us_flights.npz`: flights inside the United States, airports, and the carriers' routes between them.

    python data/build/us_flights.py SOURCE_FOLDER OUTPUT

Unpack into SOURCE_FOLDER, one on top of the other:
    npm pack vega-datasets@3.2.1                          (tar -xzf FILE.tgz -C SOURCE_FOLDER)
    pip download --no-deps bokeh_sampledata==2026.1       (python -m zipfile -e FILE.whl SOURCE_FOLDER)
Needs pyarrow (26.0.1 was used), which reads the Parquet file; nothing else here does.

Of three million flights 200,000 are drawn without replacement (NumPy 2.4, seed 0) and stay in order of time.
"""

import csv
import gzip
import sys
from pathlib import Path

import numpy as np
from sources import check, write_npz

PACKAGES = "npm vega-datasets 3.2.1 and PyPI bokeh_sampledata 2026.1"
DIGEST = "70ed4ebcede3326c75fadf0c04a1f56b5d81651d0663c4d3e0658125c929ec06"
FLIGHTS = "package/data/flights-3m.parquet"
AIRPORTS = "bokeh_sampledata/_data/airports.csv"
ROUTES = "bokeh_sampledata/_data/routes.csv.gz"
DRAWN = 200_000  # flights
NEW_YEAR = np.datetime64("2001-01-01T00:00")  # minute 0


def read_flights(path: Path) -> dict[str, np.ndarray]:
    """The columns of all flights; none lacks a value."""
    from pyarrow import parquet

    table = parquet.read_table(path)
    return {name: table[name].to_numpy() for name in table.column_names}


def numbers(names: np.ndarray, values: np.ndarray, dtype: type) -> np.ndarray:
    """The place of each value in `names`, which are sorted and have all of them."""
    return np.searchsorted(names, values).astype(dtype)


def main(root: Path, output: Path) -> None:
    check([root / FLIGHTS, root / AIRPORTS, root / ROUTES], root, DIGEST, PACKAGES)
    flights = read_flights(root / FLIGHTS)
    drawn = np.sort(np.random.default_rng(0).choice(len(flights["date"]), DRAWN, replace=False))
    flights = {name: column[drawn] for name, column in flights.items()}
    ends = {name: flights[name].astype(str) for name in ("origin", "destination")}
    airports = np.unique(np.concatenate(list(ends.values())))
    with (root / AIRPORTS).open(encoding="utf-8", newline="") as rows:
        places = list(csv.DictReader(rows))
    with gzip.open(root / ROUTES, "rt", encoding="utf-8", newline="") as rows:
        routes = list(csv.DictReader(rows))
    codes = np.array([place["IATA"] for place in places])
    carriers = np.unique([route["Airline"] for route in routes])
    joined = [numbers(carriers, [route["Airline"] for route in routes], np.int16)]
    joined += [numbers(codes, [route[end] for route in routes], np.int16) for end in ("Source", "Destination")]
    write_npz(
        output,
        minute=(flights["date"].astype("datetime64[m]") - NEW_YEAR).astype(np.int32),
        delay=flights["delay"].astype(np.int16),
        distance=flights["distance"].astype(np.int16),
        origin=numbers(airports, ends["origin"], np.uint8),
        dest=numbers(airports, ends["destination"], np.uint8),
        airports=airports,
        ap_code=codes,
        ap_name=np.array([place["Name"] for place in places]),
        ap_lat=np.array([place["Latitude"] for place in places]).astype(np.float32),
        ap_lon=np.array([place["Longitude"] for place in places]).astype(np.float32),
        ap_type=np.array([place["Type"] for place in places]),
        routes=np.column_stack(joined),
        carriers=carriers,
    )


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
