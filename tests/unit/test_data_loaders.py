"""Loaders: the laws of the files that are here, and stand-ins with the same keys for those that are not (yet)."""

import gzip
import hashlib
import json
import unicodedata

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
    text.wikipedia,
    text.wikipedia_vectors,
    text.cmudict,
    text.austen,
    series.patients,
    series.motion,
    series.dna,
    tables.films,
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


def test_brains():
    stored = images.brains()
    assert {volume.dtype for volume in stored} == {np.dtype(np.uint8)}
    assert [volume.shape for volume in stored] == [(98, 116, 94)] * 3 + [(90, 108, 90)]
    share = stored.grey.astype(int) + stored.white
    assert share.max() <= 256  # 255 is all of a voxel; each was rounded
    assert share[stored.t1 == 0].mean() < 1
    assert stored.t1[stored.white > 200].mean() > stored.t1[stored.grey > 200].mean() + 40
    half = stored.t1[::-1].astype(float)
    assert np.corrcoef(half.ravel(), stored.t1.ravel())[0, 1] > 0.99  # its own mirror image
    there = stored.t1[4:94, 4:112, :90] > 0, stored.colin27[:, :, :90] > 0
    assert 2 * (there[0] & there[1]).sum() / (there[0].sum() + there[1].sum()) == pytest.approx(0.948, abs=0.001)


@pytest.fixture(scope="module")
def letters():
    return graphs.letters()


def test_letter_graph_is_connected_and_simple(letters):
    graph = nx.Graph(letters.edges.tolist())
    assert graph.number_of_nodes() == len(letters.names) == len(letters.kind) == len(letters.words) == 1464
    assert graph.number_of_edges() == len(letters.edges) == len(letters.relation) == 2758
    assert nx.is_connected(graph)
    assert (letters.edges[:, 0] < letters.edges[:, 1]).all()
    assert len(set(zip(letters.kind, letters.names, strict=True))) == 1464


def test_letters_agree_with_python(letters):
    """Python carries Unicode's tables too: partners, parts and words are as it has them."""
    names = letters.names.tolist()

    def joined(*relations):
        return {frozenset(names[end] for end in ends) for ends in letters.edges[np.isin(letters.relation, relations)]}

    def parts(letter):
        codes = unicodedata.decomposition(letter).split()
        pieces = [chr(int(code, 16)) for code in codes] if "<compat>" not in codes else []
        return [piece if piece.isalpha() else unicodedata.name(piece).removeprefix("COMBINING ") for piece in pieces]

    characters = [names[place] for place in np.flatnonzero(letters.kind == "letter")]
    assert joined("base", "mark") == {frozenset((letter, part)) for letter in characters for part in parts(letter)}
    for one, other in joined("case"):
        assert other in one.lower() + one.upper() or one in other.lower() + other.upper()
    for place, letter in enumerate(characters):
        assert letters.words[place] == set(unicodedata.name(letter).split())


def test_molecules():
    stored = graphs.molecules()
    assert len(stored) == len({molecule.name for molecule in stored}) == 568
    assert len({molecule.kind for molecule in stored}) == 33
    assert {atom for molecule in stored for atom in molecule.atoms} == {"H", "C", "N", "O", "F", "S", "Cl", "Br"}
    assert sum(len(molecule.bonds) for molecule in stored) == 10718
    for molecule in stored:
        atoms, bonds, positions = molecule[2:]
        assert positions.shape == (len(atoms), 3)
        assert nx.is_connected(nx.Graph(bonds[:, :2].tolist()))
        assert set(bonds[:, :2].ravel()) == set(range(len(atoms)))
        assert set(bonds[:, 2]) <= {1, 2, 3}
        lengths = np.linalg.norm(positions[bonds[:, 0]] - positions[bonds[:, 1]], axis=1)
        assert 0.9 < lengths.min() <= lengths.max() < 2  # Å
        valence = np.bincount(bonds[:, :2].ravel(), np.repeat(bonds[:, 2], 2), len(atoms))
        assert all(valence[place] == 4 for place, atom in enumerate(atoms) if atom == "C")
    water = next(molecule for molecule in stored if molecule.kind == "water")
    assert sorted(water.atoms) == ["H", "H", "O"]
    assert water.bonds.dtype == np.int64
    assert water.positions.dtype == np.float32


def test_cells():
    stored = tables.cells()
    assert stored.expression.shape == (len(stored.labels), len(stored.genes)) == (700, 765)
    assert stored.expression.dtype == np.float32
    assert stored.labels.dtype == np.int64
    assert (stored.expression.min(), stored.expression.max()) == (0, pytest.approx(6.49, abs=0.01))
    assert np.bincount(stored.labels).tolist() == [68, 8, 19, 54, 43, 129, 95, 13, 31, 240]
    assert len(set(stored.genes)) == 765
    of_type = dict(zip(stored.cell_types.tolist(), range(10), strict=True))
    for gene, cell in {"CD79A": "CD19+ B", "GNLY": "CD56+ NK", "S100A8": "CD14+ Monocyte"}.items():
        level = stored.expression[:, stored.genes.tolist().index(gene)]
        assert level[stored.labels == of_type[cell]].mean() > 1.5 * level.mean()


@pytest.fixture(scope="module")
def transit():
    return series.transit()


def test_transit(transit):
    assert transit.values.shape == (len(transit.days), len(transit.columns)) == (5698, 49)
    assert transit.values.dtype == np.float32
    assert np.isfinite(transit.values).all()
    assert (np.diff(transit.days) == np.timedelta64(1, "D")).all()
    assert (str(transit.days[0]), str(transit.days[-1])) == ("2001-01-22", "2016-08-28")
    weekday = (transit.days.astype(int) + 3) % 7  # Monday is 0
    rides = transit.values[:, 0]
    assert rides[weekday < 5].mean() > 3 * rides[weekday > 4].mean()


def test_stations_are_two_weeks_old(transit):
    columns = dict(zip(transit.columns.tolist(), transit.values.T, strict=True))
    assert list(columns)[0::20] == ["ridership", "California", "Blackhawks_Home"]
    assert np.array_equal(columns["Clark_Lake"][14:], columns["ridership"][:-14])
    for name in ("Cubs_Away", "WhiteSox_Home", "WhiteSox_Away"):
        assert np.array_equal(columns[name], columns["Cubs_Home"])


def test_glucose():
    stored = series.glucose()
    assert len(stored.minutes) == len(stored.glucose) == 52281
    assert stored.glucose.dtype == np.float32
    assert (stored.glucose.min(), stored.glucose.max()) == (40, 400)
    assert (str(stored.minutes[0]), str(stored.minutes[-1])) == ("2010-03-24T09:51", "2010-10-10T23:57")
    steps = np.diff(stored.minutes).astype(int)
    assert steps.min() == 0
    assert steps.max() == 1675
    assert (steps == 5).sum() == 51697
    assert (steps == 1).sum() == 194  # two recordings, interleaved


def test_sea_temperature():
    stored = series.sea_temperature()
    assert stored.shape == (19226,)
    assert stored.dtype == np.float32
    assert (stored.min(), stored.max()) == (pytest.approx(3.612), pytest.approx(22.15))
    assert np.abs(np.diff(stored)).max() < 1.6


def test_air_routes():
    stored = graphs.air_routes()
    assert len(stored.codes) == len(set(stored.codes)) == len(stored.names) == len(stored.size) == 514
    assert stored.routes.dtype == np.int64
    assert stored.routes.shape == (9161, 3)
    assert len(set(map(tuple, stored.routes.tolist()))) == 9161
    carrier, start, end = stored.routes.T
    assert len(stored.carriers) == carrier.max() + 1 == 12
    assert (start != end).all()
    graph = nx.DiGraph(stored.routes[:, 1:].tolist())
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (352, 6022)
    assert nx.is_strongly_connected(graph)
    busiest = max(graph, key=graph.out_degree)
    assert stored.codes[busiest] == "ORD"
    assert (stored.latitude[busiest], stored.longitude[busiest]) == (
        pytest.approx(41.98, abs=0.01),
        pytest.approx(-87.90, abs=0.01),
    )


def test_flights():
    stored = tables.flights()
    assert {column.shape for column in stored[:5]} == {(200000,)}
    assert (np.diff(stored.minute) >= 0).all()
    assert (stored.minute[0], stored.minute[-1]) == (3, 181 * 1440)  # to midnight after 30 June
    assert (stored.delay.min(), stored.delay.max()) == (-81, 1433)
    assert (stored.delay > 15).mean() == pytest.approx(0.2, abs=0.001)
    assert len(stored.airports) == stored.origin.max() + 1 == stored.destination.max() + 1 == 228
    assert (stored.origin != stored.destination).all()
    assert (stored.origin + stored.destination).max() > 255  # no overflow


def test_a_flight_is_as_long_as_the_way_between_its_airports():
    stored, routes = tables.flights(), graphs.air_routes()
    place = {code: number for number, code in enumerate(routes.codes)}
    assert set(stored.airports) - set(place) == {"APF", "ILE", "PBI"}
    number = np.array([place.get(code, -1) for code in stored.airports])
    start, end = number[stored.origin], number[stored.destination]
    known = (start >= 0) & (end >= 0)
    latitude, longitude = np.radians(routes.latitude.astype(float)), np.radians(routes.longitude.astype(float))
    a, b = start[known], end[known]
    cosine = np.sin(latitude[a]) * np.sin(latitude[b])
    cosine += np.cos(latitude[a]) * np.cos(latitude[b]) * np.cos(longitude[a] - longitude[b])
    miles = 3959 * np.arccos(np.clip(cosine, -1, 1))  # radius of the Earth
    assert np.abs(miles - stored.distance[known]).max() < 10


def test_flights_bear_the_time_they_left():
    stored = tables.flights()
    hour = stored.minute % 1440 // 60
    assert (stored.delay[hour == 2] > 15).mean() > 0.6
    assert (stored.delay[hour == 6] > 15).mean() < 0.1


@pytest.fixture(scope="module")
def nouns():
    return text.wordnet()


def test_wordnet(nouns):
    assert len(nouns) == 82115
    assert len({synset.domain for synset in nouns}) == 26
    assert len({word for synset in nouns for word in synset.words}) == 119034
    assert all(synset.gloss == " ".join(synset.gloss.split()) != "" for synset in nouns)
    assert nouns[0] == (["entity"], "Tops", [], nouns[0].gloss)
    dog = next(synset for synset in nouns if synset.words[0] == "dog" and synset.domain == "animal")
    assert [(kind, nouns[end].words[0]) for kind, end in dog.links] == [
        ("@", "canine"),
        ("@", "domestic_animal"),
        ("m", "Canis"),
        ("m", "pack"),
    ]


def test_glove():
    stored = text.glove()
    assert stored.vectors.shape == (len(stored.words), 100) == (20_000, 100)
    assert stored.vectors.dtype == np.float32
    assert stored.words[:3].tolist() == ["the", "of", "to"]
    assert len(set(stored.words.tolist())) == 20_000
    assert np.abs(stored.vectors).max() == pytest.approx(3.574, abs=0.001)  # 127 steps
    number = {word: place for place, word in enumerate(stored.words.tolist())}
    unit = stored.vectors / np.linalg.norm(stored.vectors, axis=1, keepdims=True)
    king, man, woman = (unit[number[word]] for word in ("king", "man", "woman"))
    best = stored.words[np.argsort(-unit @ (king - man + woman))[:3]].tolist()
    assert [word for word in best if word not in ("king", "man", "woman")][0] == "queen"


def test_wordnet_leads_up_to_entity(nouns):
    links = [(start, kind, end) for start, synset in enumerate(nouns) for kind, end in synset.links]
    kinds = [kind for _, kind, _ in links]
    assert {kind: kinds.count(kind) for kind in sorted(set(kinds))} == {
        "@": 75850, "i": 8577, "m": 12293, "p": 9097, "s": 797, "t": 4253}  # fmt: skip
    depth, frontier, below = {0: 0}, [0], {}
    for start, kind, end in links:
        if kind in "@i":
            below.setdefault(end, []).append(start)
    for synset in frontier:
        for other in below.get(synset, []):
            if other not in depth:
                depth[other] = depth[synset] + 1
                frontier.append(other)
    assert len(depth) == 82115
    assert max(depth.values()) == 18


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


def test_cmudict(shelf):
    shelf.text("cmudict.tsv.gz", "aachen\tAA1 K AH0 N", "zoo\tZ UW1")
    assert text.cmudict() == [("aachen", ["AA1", "K", "AH0", "N"]), ("zoo", ["Z", "UW1"])]


def test_austen(shelf):
    shelf.text(
        "austen.txt.gz", "", "", "=== emma ===", "", "EMMA", "", "=== not a title", "", "=== persuasion ===", "P."
    )
    novels = text.austen()
    assert novels == {"emma": "EMMA\n\n=== not a title", "persuasion": "P."}


# Stand-ins: tables


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


# Stand-ins: series


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
