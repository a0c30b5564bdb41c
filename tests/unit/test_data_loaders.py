"""Loaders: the laws of the files that are here, and stand-ins with the same keys for those that are not (yet)."""

import gzip
import hashlib
import json

import networkx as nx
import numpy as np
import pytest

from helpers.data import files, graphs, images, series, tables, text

ELSEWHERE = [
    images.mnist,
    images.kanji,
    images.hanzi_strokes,
    images.emoji,
    images.clipart,
    images.photos,
    images.video,
    images.brains,
    text.wikipedia,
    text.wikipedia_vectors,
    text.wordnet,
    text.cmudict,
    text.austen,
    text.glove,
    graphs.air_routes,
    graphs.molecules,
    series.transit,
    series.glucose,
    series.sea_temperature,
    series.patients,
    series.motion,
    series.dna,
    tables.films,
    tables.flights,
    tables.cells,
]
random = np.random.default_rng(0)


class Shelf:
    """A data folder of stand-ins."""

    def __init__(self, folder):
        self.folder = folder

    def arrays(self, name, /, **stored):
        np.savez_compressed(self.folder / name, **stored)
        self.list_digest(name)

    def text(self, name, *lines):
        with gzip.open(self.folder / name, "wb") as stored:
            stored.write("\n".join(lines).encode())
        self.list_digest(name)

    def list_digest(self, name):
        digest = hashlib.sha256((self.folder / name).read_bytes()).hexdigest()
        (self.folder / "SHA256SUMS").write_text(f"{digest}  {name}\n")


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "DATA", tmp_path)
    files.verified.cache_clear()
    (tmp_path / "SHA256SUMS").write_text("")
    yield Shelf(tmp_path)
    files.verified.cache_clear()


def pixels(*shape):
    return random.integers(0, 256, shape, dtype=np.uint8)


def same(found, stored):
    """Whether two arrays are equal, in type too."""
    return found.dtype == stored.dtype and np.array_equal(found, stored)


# The files that are here


@pytest.fixture(scope="module")
def debian():
    return graphs.debian_graph()


def test_debian_graph_is_connected_and_simple(debian):
    graph = nx.Graph(debian.edges.tolist())
    assert graph.number_of_nodes() == len(debian.names) == 6149
    assert graph.number_of_edges() == len(debian.edges) == 10817
    assert nx.number_connected_components(graph) == 1
    assert (debian.edges[:, 0] < debian.edges[:, 1]).all()
    assert debian.edges.min() == 0
    assert debian.edges.max() == 6148


def test_debian_names_and_sections(debian):
    assert (np.sort(debian.names) == debian.names).all()
    assert len(set(debian.names)) == 6149
    assert debian.section.dtype == np.int64
    assert (np.bincount(debian.section) > 0).sum() == len(debian.section_names) == 16
    assert debian.section_names[debian.section[debian.names.tolist().index("gimp")]] == "graphics"
    assert (debian.section[debian.edges[:, 0]] == debian.section[debian.edges[:, 1]]).mean() == pytest.approx(
        0.71, abs=0.01
    )


def test_debian_words_are_a_binary_bag(debian):
    assert debian.words.shape == (6149, 1178)
    assert debian.words.has_canonical_format
    assert debian.words.dtype == np.float32
    assert set(debian.words.data) == {1.0}
    assert debian.words.sum(axis=0).min() >= 5


def test_glyphs():
    stored = images.glyphs()
    assert stored.images.shape == (len(stored.chars), len(stored.fonts), 28, 28) == (62, 300, 28, 28)
    assert stored.images.dtype == np.uint8
    assert set(np.unique(stored.images)) == set(range(0, 241, 16))
    assert "".join(stored.chars) == "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    assert len(set(stored.fonts)) == 300
    extent = (stored.images.max(axis=2) > 0).sum(axis=-1), (stored.images.max(axis=3) > 0).sum(axis=-1)
    assert np.maximum(*extent).max() == 24  # pixels: the longer side of a glyph


def test_digits():
    stored = images.digits()
    assert stored.images.shape == (1797, 8, 8)
    assert stored.images.dtype == np.float32
    assert (stored.images.min(), stored.images.max()) == (0, 1)
    assert stored.labels.dtype == np.int64
    assert sorted(set(stored.labels)) == list(range(10))


def test_bible():
    verses = text.bible()
    assert len(verses) == 31102
    assert all(len(verse) == 6 for verse in verses)
    assert len({verse[:3] for verse in verses}) == 31102
    assert len({verse.book for verse in verses}) == 66
    assert sum(all(verse[3:]) for verse in verses) == 31076
    assert all(verse.kjv for verse in verses)
    first = verses[0]
    assert first[:4] == ("Gen", 1, 1, "In the beginning God created the heaven and the earth.")
    assert first.rv1909 == "EN el principio crió Dios los cielos y la tierra."
    for verse in verses:
        for words in verse[3:]:
            assert words == " ".join(words.split())
            assert not set("<>[]{}¶\ufffd") & set(words)


def test_bible_chapters_count_from_one():
    chapters = {}
    for verse in text.bible():
        chapters.setdefault((verse.book, verse.chapter), []).append(verse.verse)
    assert len(chapters) == 1189
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in chapters.values())


def test_python_docstrings():
    stored = text.python_docstrings()
    keys = [(entry.module, entry.name) for entry in stored]
    assert keys == sorted(set(keys))
    assert len(stored) == 7852
    assert sum(entry.name == "" for entry in stored) == 503
    assert all(entry.doc == entry.doc.strip() != "" for entry in stored)
    assert all(entry.signature[0] + entry.signature[-1] == "()" for entry in stored if entry.signature)
    assert not any(part in {"test", "tests", "idlelib"} for entry in stored for part in entry.module.split("."))
    encode = stored[keys.index(("json.encoder", "JSONEncoder.default"))]
    assert encode.signature == "(self, o)"
    assert encode.doc.startswith("Implement this method in a subclass such that it returns\na serializable object")


# Files that are not here


@pytest.mark.parametrize("load", ELSEWHERE, ids=lambda load: load.__name__)
def test_a_missing_data_set_is_one_line(shelf, load):
    with pytest.raises(files.DataFault, match=r"^data/\w+\.[\w.]+: not in this checkout") as fault:
        load()
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("load", ELSEWHERE, ids=lambda load: load.__name__)
def test_a_loader_says_what_it_gives(load):
    assert any(digit in load.__doc__ for digit in "0123456789") or load is text.austen
    assert "return" in load.__annotations__


# Stand-ins: pictures


def test_mnist(shelf):
    shelf.arrays("mnist_10k.npz", images=pixels(3, 28, 28), labels=np.array([0, 9, 4], dtype=np.uint8))
    stored = images.mnist()
    assert stored.images.shape == (3, 28, 28)
    assert stored.images.dtype == np.float32
    assert 0 <= stored.images.min() < stored.images.max() <= 1
    assert same(stored.labels, np.array([0, 9, 4]))


def test_kanji(shelf):
    there = {"images": pixels(2, 3, 28, 28), "chars": np.array(["あ", "国"]), "fonts": np.array(["a", "b", "c"])}
    shelf.arrays("kanji_28.npz", **there)
    for found, stored in zip(images.kanji(), there.values(), strict=True):
        assert same(found, stored)


def test_hanzi_strokes(shelf):
    points = np.array([[36, 27, 0], [40, 32, 1], [10, 10, 0], [20, 20, 0], [30, 30, 1]], dtype=np.int16)
    shelf.arrays(
        "hanzi_strokes.npz", points=points, offsets=np.array([0, 2, 5], np.int32), chars=np.array(["一", "口"])
    )
    stored = images.hanzi_strokes()
    assert [len(one) for one in stored.points] == [2, 3]
    assert same(np.concatenate(stored.points), points)
    assert all(one[-1, 2] == 1 for one in stored.points)
    assert stored.chars.tolist() == ["一", "口"]


def test_emoji(shelf):
    there = {"images": pixels(2, 32, 32, 4), "names": np.array(["KEYCAP 0", "FOX FACE"]),
             "category": np.array(["Symbols", "Animals"]), "subcategory": np.array(["keycap", "fox"])}  # fmt: skip
    shelf.arrays("emoji_32.npz", **there, short_names=np.array(["zero", "fox"]), unified=np.array(["30", "1F98A"]))
    for found, stored in zip(images.emoji(), there.values(), strict=True):
        assert same(found, stored)


def test_clipart(shelf):
    there = {"images": pixels(2, 32, 32, 3), "category": np.array(["animals", "food"]),
             "folder": np.array(["animals/birds", "food"]), "name": np.array(["owl_01", "pear"])}  # fmt: skip
    shelf.arrays("clipart_32.npz", **there)
    for found, stored in zip(images.clipart(), there.values(), strict=True):
        assert same(found, stored)


def test_photos(shelf):
    there = {"images": pixels(2, 256, 256, 3), "names": np.array(["cat", "brick"])}
    shelf.arrays("photos_256.npz", **there)
    for found, stored in zip(images.photos(), there.values(), strict=True):
        assert same(found, stored)


def test_video(shelf):
    frames = pixels(4, 54, 96, 3)
    shelf.arrays("video_bbb.npz", frames=frames)
    assert same(images.video(), frames)


def test_brains(shelf):
    there = {key: pixels(4, 5, 6) for key in ("t1", "gm", "wm", "colin27_brain")}
    shelf.arrays("brain_2mm.npz", **there)
    for found, stored in zip(images.brains(), there.values(), strict=True):
        assert same(found, stored)


# Stand-ins: text


def test_wikipedia(shelf):
    rows = [
        {"title": "Ant", "section": "(lead)", "rev": "12", "text": "Ants\u2028are insects."},
        {"title": "Bee", "section": "Origin", "rev": "13", "text": "«Bees»"},
    ]
    shelf.text("wikipedia_passages.jsonl.gz", *(json.dumps(row, ensure_ascii=False) for row in rows))
    assert [passage._asdict() for passage in text.wikipedia()] == [
        {"title": row["title"], "section": row["section"], "revision": row["rev"], "text": row["text"]} for row in rows
    ]


def test_wikipedia_vectors(shelf):
    shelf.arrays("wiki_minilm_i8.npz", vectors=np.array([[-127, 64]], dtype=np.int8), scale=np.float32(0.5))
    assert same(text.wikipedia_vectors(), np.array([[-63.5, 32]], dtype=np.float32))


def test_wordnet(shelf):
    shelf.text("wordnet.tsv.gz", "entity\tTops\t\tthat which is", "dog|domestic_dog\tanimal\t@0 m12\ta canine")
    entity, dog = text.wordnet()
    assert entity == (["entity"], "Tops", [], "that which is")
    assert dog == (["dog", "domestic_dog"], "animal", [("@", 0), ("m", 12)], "a canine")


def test_cmudict(shelf):
    shelf.text("cmudict.tsv.gz", "aachen\tAA1 K AH0 N", "zoo\tZ UW1")
    assert text.cmudict() == [("aachen", ["AA1", "K", "AH0", "N"]), ("zoo", ["Z", "UW1"])]


def test_austen(shelf):
    shelf.text(
        "austen.txt.gz", "", "", "=== emma ===", "", "EMMA", "", "=== not a title", "", "=== persuasion ===", "P."
    )
    novels = text.austen()
    assert novels == {"emma": "EMMA\n\n=== not a title", "persuasion": "P."}


def test_glove(shelf):
    shelf.arrays(
        "glove_20k_100d_i8.npz",
        words=np.array(["the", "of"]),
        vectors=np.array([[127, -2], [0, 4]], dtype=np.int8),
        scale=np.float32(0.25),
    )
    stored = text.glove()
    assert stored.words.tolist() == ["the", "of"]
    assert same(stored.vectors, np.array([[31.75, -0.5], [0, 1]], dtype=np.float32))


# Stand-ins: graphs, tables


@pytest.fixture
def us_flights(shelf):
    shelf.arrays(
        "us_flights.npz",
        minute=np.array([3, 260640], dtype=np.int32),
        delay=np.array([-81, 1433], dtype=np.int16),
        distance=np.array([30, 4962], dtype=np.int16),
        origin=np.array([200, 1], dtype=np.uint8),
        dest=np.array([100, 0], dtype=np.uint8),
        airports=np.array(["ABE", "ABI"]),
        ap_code=np.array(["ABE", "ABI", "ABL"]),
        ap_name=np.array(["Lehigh Valley", "Abilene", "Ambler"]),
        ap_lat=np.array([40.65, 32.41, 67.1], dtype=np.float32),
        ap_lon=np.array([-75.44, -99.68, -157.86], dtype=np.float32),
        ap_type=np.array(["medium_airport", "medium_airport", "small_airport"]),
        routes=np.array([[1, 0, 2], [0, 2, 0]], dtype=np.int16),
        carriers=np.array(["AA", "AS"]),
    )


def test_air_routes(us_flights):
    stored = graphs.air_routes()
    assert stored.codes.tolist() == ["ABE", "ABI", "ABL"]
    assert stored.names[2] == "Ambler"
    assert (stored.latitude[2], stored.longitude[2]) == (np.float32(67.1), np.float32(-157.86))
    assert stored.size[2] == "small_airport"
    assert stored.carriers.tolist() == ["AA", "AS"]
    assert same(stored.routes, np.array([[1, 0, 2], [0, 2, 0]]))


def test_flights(us_flights):
    stored = tables.flights()
    assert same(stored.minute, np.array([3, 260640]))
    assert same(stored.delay, np.array([-81, 1433], dtype=np.float32))
    assert same(stored.distance, np.array([30, 4962], dtype=np.float32))
    assert same(stored.origin, np.array([200, 1]))
    assert same(stored.destination, np.array([100, 0]))
    assert (stored.origin + stored.destination).max() == 300  # no overflow
    assert stored.airports.tolist() == ["ABE", "ABI"]


def test_molecules(shelf):
    water = {"name": "water", "cls": "inorganic", "atoms": ["O", "H", "H"], "bonds": [[0, 1, "1"], [0, 2, "1"]],
             "xyz": [[0, 0, 0.1], [0, 0.7, -0.5], [0, -0.7, -0.5]]}  # fmt: skip
    ion = {"name": "ion", "cls": "ions", "atoms": ["H"], "bonds": [], "xyz": [[1, 2, 3]]}
    shelf.text("molecules.json.gz", json.dumps([water, ion]))
    first, second = graphs.molecules()
    assert first[:3] == ("water", "inorganic", ["O", "H", "H"])
    assert same(first.bonds, np.array([[0, 1, 1], [0, 2, 1]]))
    assert same(first.positions, np.array(water["xyz"], dtype=np.float32))
    assert second.bonds.shape == (0, 3)


def test_films(shelf):
    shelf.text(
        "films_wikidata.csv.gz",
        "ID,Title,Year,Runtime,Genre,Director,Writer,Cast,Language,Country,Metacritic,Oscars,Meter,Reviews,BoxOffice,"
        "Production",
        '5,"Gang, a ""Story""",2011,103.0,"Drama, Crime",Olivier Marchal,,"A B, C D",French,France,70.0,1,50.0,20.0,,',
        "594,Silent,1940,,,,,,,,,0,,,,",
    )
    full, empty = tables.films()
    assert full[:5] == ('Gang, a "Story"', 2011, 103.0, ["Drama", "Crime"], ["Olivier Marchal"])
    assert full[5:9] == ([], ["A B", "C D"], ["French"], ["France"])
    assert full[9:11] == (50.0, 20.0)
    assert np.isnan([full.box_office, empty.runtime, empty.meter, empty.reviews, empty.box_office]).all()
    assert empty[3:9] == ([], [], [], [], [], [])


def test_cells(shelf):
    shelf.arrays(
        "pbmc_700.npz",
        X=np.array([[0, 6.5]], dtype=np.float16),
        labels=np.array([1], dtype=np.int8),
        cell_types=np.array(["B", "NK"]),
        genes=np.array(["HES4", "SSU72"]),
    )
    stored = tables.cells()
    assert same(stored.expression, np.array([[0, 6.5]], dtype=np.float32))
    assert same(stored.labels, np.array([1]))
    assert stored.cell_types[stored.labels].tolist() == ["NK"]
    assert stored.genes.tolist() == ["HES4", "SSU72"]


# Stand-ins: series


@pytest.fixture
def timeseries(shelf):
    shelf.arrays(
        "timeseries.npz",
        chicago=np.array([[15.7, 30], [15.8, 31]], dtype=np.float32),
        chicago_cols=np.array(["ridership", "temp"]),
        chicago_day=np.array([21, 22], dtype=np.int32),
        cgm_minute=np.array([118671, 118676], dtype=np.int32),
        cgm_glucose=np.array([40, 400], dtype=np.int16),
        sst_celsius=np.array([3.6, 22.1], dtype=np.float32),
    )


def test_transit(timeseries):
    stored = series.transit()
    assert same(stored.days, np.array(["2001-01-22", "2001-01-23"], dtype="datetime64[D]"))
    assert same(stored.values, np.array([[15.7, 30], [15.8, 31]], dtype=np.float32))
    assert stored.columns.tolist() == ["ridership", "temp"]


def test_glucose(timeseries):
    stored = series.glucose()
    assert same(stored.minutes, np.array(["2010-03-24T09:51", "2010-03-24T09:56"], dtype="datetime64[m]"))
    assert same(stored.glucose, np.array([40, 400], dtype=np.float32))


def test_sea_temperature(timeseries):
    assert same(series.sea_temperature(), np.array([3.6, 22.1], dtype=np.float32))


def test_patients(shelf):
    there = {
        "person": np.array([[1, 57, np.nan]], dtype=np.float32),
        "person_cols": np.array(["id", "age", "bmi"]),
        "lab_id": np.array([1, 1], dtype=np.int32),
        "lab_day": np.array([-5, 9], dtype=np.int32),
        "lab_test": np.array([0, 5], dtype=np.int8),
        "lab_value": np.array([180, 1], dtype=np.float32),
        "lab_names": np.array(["chol", "smoke"]),
        "ev_id": np.array([1], dtype=np.int32),
        "ev_day": np.array([400], dtype=np.int32),
        "ev_code": np.array([9], dtype=np.int8),
        "ev_names": np.array(["MI", "stroke"]),
    }
    shelf.arrays("ehr_nafld.npz", **there)
    stored = series.patients()
    assert stored.lab_test.dtype == stored.event_code.dtype == np.int64
    for found, (key, expected) in zip(stored, there.items(), strict=True):
        assert np.array_equal(found, expected, equal_nan=key == "person")


def test_motion(shelf):
    frames = random.normal(size=(5, 44)).astype(np.float32)
    shelf.arrays("mocap_clips.npz", frames=frames, offsets=np.array([0, 2, 5]), names=np.array(["jump", "walk"]))
    stored = series.motion()
    assert [clip.shape for clip in stored.clips] == [(2, 44), (3, 44)]
    assert same(np.concatenate(stored.clips), frames)
    assert stored.names.tolist() == ["jump", "walk"]


def test_dna(shelf):
    label = np.arange(8, dtype=np.uint8)
    shelf.arrays("dna_fly_chr4.npz", seq=np.array([0, 1, 2, 3, 4, 3, 2, 1], dtype=np.uint8), label=label)
    stored = series.dna()
    assert stored.bases.tolist() == [0, 1, 2, 3, 4, 3, 2, 1]
    assert stored.gene.dtype == bool
    assert (stored.gene + 2 * stored.exon + 4 * stored.coding).tolist() == label.tolist()
