"""Real graphs."""

import json
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from helpers.data import files


class DebianGraph(NamedTuple):
    """Debian packages, their dependencies, sections and words (see `data/README.md`)."""

    names: np.ndarray  # [6149] package names
    section: np.ndarray  # [6149] section of each package, 0 to 15
    section_names: np.ndarray  # [16]
    edges: np.ndarray  # [10817, 2] undirected dependencies, node numbers, the smaller first
    words: csr_matrix  # [6149, 1178] binary bag of words


class AirRoutes(NamedTuple):
    """Airports of the United States and the carriers' routes between them."""

    codes: np.ndarray  # [514] IATA code of each airport
    names: np.ndarray  # [514]
    latitude: np.ndarray  # [514] float32, degrees north
    longitude: np.ndarray  # [514] float32, degrees east
    size: np.ndarray  # [514] large_airport, medium_airport or small_airport
    carriers: np.ndarray  # [12] IATA code of each carrier
    routes: np.ndarray  # [9161, 3] carrier, from, to: numbers of carriers and airports


class LetterGraph(NamedTuple):
    """Letters of three scripts, and the names, marks and scripts they share: a small knowledge graph."""

    names: np.ndarray  # [1464] the letter itself, or the name of a mark, letter name or script
    kind: np.ndarray  # [1464] letter, mark, name or script
    words: list[frozenset[str]]  # words of the Unicode name; none for names and scripts
    edges: np.ndarray  # [2758, 2] undirected, node numbers, the smaller first
    relation: np.ndarray  # [2758] case, base, mark, name or script


class Molecule(NamedTuple):
    """One small organic molecule."""

    name: str
    kind: str  # functional class, such as acid_anhydrides
    atoms: list[str]  # [atoms] chemical symbols
    bonds: np.ndarray  # [bonds, 3] two atom numbers and the order of the bond, 1 to 3
    positions: np.ndarray  # [atoms, 3] float32, ångström


def debian_graph() -> DebianGraph:
    """The dependency graph of Debian packages in 16 sections: one connected component, undirected."""
    stored = files.arrays("debian_graph.npz")
    shape = (len(stored["names"]), len(stored["words"]))
    ones = np.ones(len(stored["indices"]), dtype=np.float32)
    words = csr_matrix((ones, stored["indices"], stored["indptr"]), shape=shape)
    return DebianGraph(
        stored["names"], stored["section"].astype(np.int64), stored["section_names"], stored["edges"], words
    )


def air_routes() -> AirRoutes:
    """514 airports (OurAirports), 9,161 directed routes of 12 carriers between 352 of them (July 2026), from Bokeh."""
    stored = files.arrays("us_flights.npz")
    airports = (stored[f"ap_{key}"] for key in ("code", "name", "lat", "lon", "type"))
    return AirRoutes(*airports, stored["carriers"], stored["routes"].astype(np.int64))


def letters() -> LetterGraph:
    """Cased letters of Latin, Greek and Cyrillic with their parts, from Unicode 15.0: connected, undirected."""
    rows = [line.split("\t") for line in files.lines("unicode_letters.tsv.gz")]
    kind, names, titles, _ = (np.array(column) for column in zip(*rows, strict=True))
    links = [
        (*sorted((place, int(end))), relation)
        for place, row in enumerate(rows)
        for relation, end in (link.split(":") for link in row[3].split())
    ]
    links.sort()
    edges, relation = np.array([link[:2] for link in links]), np.array([link[2] for link in links])
    return LetterGraph(names, kind, [frozenset(title.split()) for title in titles.tolist()], edges, relation)


def molecules() -> list[Molecule]:
    """568 molecules of 33 functional classes with 3-D positions, from Debian's chemical-structures."""
    return [
        Molecule(
            row["name"],
            row["cls"],
            row["atoms"],
            np.array(row["bonds"], dtype=np.int64).reshape(-1, 3),
            np.array(row["xyz"], dtype=np.float32).reshape(-1, 3),
        )
        for row in json.loads(files.lines("molecules.json.gz")[0])
    ]
