"""Real tables: films, flights, single cells."""

import csv
from typing import NamedTuple

import numpy as np

from helpers.data import files


class Film(NamedTuple):
    """One film; unknown numbers are NaN, unknown names an empty list."""

    title: str
    year: int
    runtime: float  # minutes
    genres: list[str]
    directors: list[str]
    writers: list[str]
    cast: list[str]
    languages: list[str]
    countries: list[str]
    meter: float  # share of favourable reviews, 0 to 100
    reviews: float  # how many
    box_office: float  # US dollars


class Flights(NamedTuple):
    """Flights inside the United States."""

    minute: np.ndarray  # [200000] int64, actual departure, minutes since 2001-01-01 00:00, in order
    delay: np.ndarray  # [200000] float32, minutes at arrival; negative is early
    distance: np.ndarray  # [200000] float32, miles
    origin: np.ndarray  # [200000] int64, airport number
    destination: np.ndarray  # [200000] int64, airport number
    airports: np.ndarray  # [228] IATA codes


class Cells(NamedTuple):
    """Gene expression of single cells."""

    expression: np.ndarray  # [700, 765] float32, log
    labels: np.ndarray  # [700] int64, cell type 0 to 9
    cell_types: np.ndarray  # [10]
    genes: np.ndarray  # [765]


def films() -> list[Film]:
    """17,472 films of 1940 to 2014, from Wikidata by way of Bokeh's sample data."""

    def names(field: str) -> list[str]:
        return field.split(", ") if field else []

    people_and_places = ("Genre", "Director", "Writer", "Cast", "Language", "Country")
    numbers = ("Meter", "Reviews", "BoxOffice")
    return [
        Film(
            row["Title"],
            int(row["Year"]),
            float(row["Runtime"] or "nan"),
            *(names(row[key]) for key in people_and_places),
            *(float(row[key] or "nan") for key in numbers),
        )
        for row in csv.DictReader(files.lines("films_wikidata.csv.gz"))
    ]


def flights() -> Flights:
    """200,000 flights of January to June 2001 between 228 airports, US Bureau of Transportation Statistics."""
    stored = files.arrays("us_flights.npz")
    numbers = (stored["minute"].astype(np.int64), *(stored[key].astype(np.float32) for key in ("delay", "distance")))
    return Flights(*numbers, *(stored[key].astype(np.int64) for key in ("origin", "dest")), stored["airports"])


def cells() -> Cells:
    """700 blood cells (PBMC) of 10 types with 765 genes, from Scanpy's sample of Zheng et al. (2017)."""
    stored = files.arrays("pbmc_700.npz")
    return Cells(
        stored["X"].astype(np.float32), stored["labels"].astype(np.int64), stored["cell_types"], stored["genes"]
    )
