"""The folder `data/`: whole, described, licensed, rebuildable; and what happens when it is not whole."""

import gzip
import hashlib
import importlib
import json
import re
import socket
import struct
import sys
import sysconfig
import zipfile
from pathlib import Path

import numpy as np
import pytest

from helpers.data import files, graphs, images, series, tables, text

DATA = files.DATA
FILES = sorted(files.digests())
BUILD = DATA / "build"
LOADERS = [
    graphs.air_routes,
    graphs.debian_graph,
    graphs.letters,
    graphs.molecules,
    images.brains,
    images.digits,
    images.glyphs,
    series.glucose,
    series.sea_temperature,
    series.transit,
    tables.cells,
    tables.flights,
    text.bible,
    text.glove,
    text.python_docstrings,
    text.wordnet,
]
SCRIPTS = sorted(path.stem for path in BUILD.glob("*.py") if path.stem != "sources")
MB = 1_000_000


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder of one file, `one.npz`, in place of the real one."""
    monkeypatch.setattr(files, "DATA", tmp_path)
    files.verified.cache_clear()
    np.savez_compressed(tmp_path / "one.npz", numbers=np.arange(3))
    list_digests(tmp_path)
    yield tmp_path
    files.verified.cache_clear()


@pytest.fixture
def script(monkeypatch):
    """Import a build script, or what they share, by name."""
    monkeypatch.syspath_prepend(BUILD)
    yield importlib.import_module
    for name in ("sources", *SCRIPTS):
        sys.modules.pop(name, None)


def list_digests(data: Path) -> None:
    """Write SHA256SUMS for the .npz files of a folder."""
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in data.glob("*.npz")]
    (data / "SHA256SUMS").write_text("".join(lines))


def stem(name: str) -> str:
    """The name of a data set: `a.tsv.gz` gives `a`."""
    return name.split(".")[0]


# The files as they are


@pytest.mark.parametrize("name", FILES)
def test_file_is_whole(name):
    assert files.verified(name) == DATA / name


def test_sizes():
    sizes = {name: (DATA / name).stat().st_size for name in FILES}
    assert max(sizes.values()) <= 6 * MB
    assert sum(sizes.values()) <= 40 * MB


def test_digests_are_sorted_and_cover_the_folder():
    listed = [line.split("  ")[1] for line in (DATA / "SHA256SUMS").read_text().splitlines()]
    present = {path.name for path in DATA.iterdir() if not path.name.startswith((".", "_"))}
    assert listed == FILES
    assert present == {*listed, "README.md", "SHA256SUMS", "LICENSES", "build"}


def test_every_file_has_a_card_a_licence_and_a_build_script():
    cards = dict(re.findall(r"^## `(\S+)`\n(.*?)(?=^## |\Z)", (DATA / "README.md").read_text("utf-8"), re.M | re.S))
    assert sorted(cards) == FILES
    for name, card in cards.items():
        assert re.findall(r"\*\*SHA-256\*\*: `(\w+)`", card) == [files.digests()[name]]
        assert f"(LICENSES/{stem(name)}.txt)" in card
        assert f"(build/{stem(name)}.py)" in card
        for field in ("What", "Form", "Licence", "Source", "Used by", "Traps"):
            assert re.search(rf"^- \*\*{field}\*\*: \S", card, re.M), f"{name}: no {field}"
    assert {path.name for path in (DATA / "LICENSES").iterdir()} == {f"{stem(name)}.txt" for name in FILES}
    assert {stem(name) for name in FILES} == set(SCRIPTS)


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".npz")])
def test_npz_entries_bear_no_time(name):
    with zipfile.ZipFile(DATA / name) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".gz")])
def test_gzip_header_bears_no_name_and_no_time(name):
    assert (DATA / name).read_bytes()[3:8] == bytes(5)


# Loading


def test_loaders_need_no_network_and_no_working_directory(monkeypatch, tmp_path):
    def refuse(*_arguments, **_named):
        raise AssertionError("a loader opened a socket")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.chdir(tmp_path)
    files.verified.cache_clear()
    for load in LOADERS:
        assert len(load()) > 0


def test_an_unknown_file_is_named_with_what_is_there(folder):
    with pytest.raises(files.DataFault, match=r"^data/two\.npz: not in this checkout; present are one\.npz$"):
        files.verified("two.npz")


def test_a_missing_file_is_named_with_the_remedy(folder):
    (folder / "one.npz").unlink()
    with pytest.raises(files.DataFault, match=r"^data/one\.npz: missing; .*git checkout -- data/one\.npz$"):
        files.arrays("one.npz")


@pytest.mark.parametrize("damage", [b"", b"PK", b"other"])
def test_a_damaged_file_is_named_with_the_remedy(folder, damage):
    (folder / "one.npz").write_bytes(damage)
    with pytest.raises(files.DataFault, match=r"^data/one\.npz: damaged .*git checkout -- data/one\.npz$"):
        files.arrays("one.npz")


def test_one_changed_bit_is_damage(folder):
    content = bytearray((folder / "one.npz").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "one.npz").write_bytes(content)
    with pytest.raises(files.DataFault, match="damaged"):
        files.arrays("one.npz")


def test_a_missing_list_of_digests_is_named(folder):
    (folder / "SHA256SUMS").unlink()
    with pytest.raises(files.DataFault, match="SHA256SUMS: missing"):
        files.verified("one.npz")


def test_faults_are_one_line(folder):
    (folder / "one.npz").write_bytes(b"other")
    for name in ("one.npz", "two.npz"):
        with pytest.raises(files.DataFault) as fault:
            files.verified(name)
        assert "\n" not in str(fault.value)


def test_a_fault_does_not_stay(folder):
    content = (folder / "one.npz").read_bytes()
    (folder / "one.npz").write_bytes(b"other")
    with pytest.raises(files.DataFault):
        files.verified("one.npz")
    (folder / "one.npz").write_bytes(content)
    assert files.arrays("one.npz")["numbers"].tolist() == [0, 1, 2]


def test_a_pickled_array_is_refused(folder):
    np.savez_compressed(folder / "one.npz", numbers=np.array([{"any": "object"}], dtype=object))
    list_digests(folder)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        files.arrays("one.npz")


def test_lines_end_at_line_feeds_only(folder):
    with gzip.open(folder / "two.npz", "wb") as stored:  # named so that it is listed
        stored.write("a\u2028b\r\nc\x0bd\n".encode())
    list_digests(folder)
    assert files.lines("two.npz") == ["a\u2028b\r", "c\x0bd"]


# Build scripts


@pytest.mark.parametrize("name", SCRIPTS)
def test_script_says_what_to_unpack(script, tmp_path, name):
    built = script(name)
    assert f"python data/build/{name}.py SOURCE_FOLDER OUTPUT" in built.__doc__
    with pytest.raises(SystemExit) as fault:
        built.main(tmp_path, tmp_path / "output")
    assert str(fault.value).count("\n") == 0
    assert not (tmp_path / "output").exists()


def test_changed_sources_are_refused(script, tmp_path):
    sources = script("sources")
    (tmp_path / "a").write_text("as published")
    expected = sources.digest([tmp_path / "a"], tmp_path)
    sources.check([tmp_path / "a"], tmp_path, expected, "package 1.0")
    (tmp_path / "a").write_text("changed")
    with pytest.raises(SystemExit, match=r"are not those of package 1\.0"):
        sources.check([tmp_path / "a"], tmp_path, expected, "package 1.0")
    with pytest.raises(SystemExit, match=r"b: not there; unpack package 1\.0"):
        sources.check([tmp_path / "a", tmp_path / "b"], tmp_path, expected, "package 1.0")
    with pytest.raises(SystemExit, match="not there"):
        sources.check([], tmp_path, expected, "package 1.0")


def test_digest_depends_on_names_and_not_on_order(script, tmp_path):
    digest = script("sources").digest
    paths = [tmp_path / name for name in "ab"]
    for path in paths:
        path.write_text("same")
    assert digest(paths, tmp_path) == digest(paths[::-1], tmp_path)
    assert digest(paths[:1], tmp_path) != digest(paths[1:], tmp_path)


def test_written_bytes_depend_on_content_only(script, tmp_path, monkeypatch):
    sources = script("sources")
    for name in ("one", "two"):
        sources.write_gzip(tmp_path / f"{name}.gz", "words\n")
        sources.write_npz(tmp_path / f"{name}.npz", numbers=np.arange(5))
        monkeypatch.setattr("time.time", lambda: 2_000_000_000)
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()
    assert gzip.decompress((tmp_path / "one.gz").read_bytes()) == b"words\n"


def test_docstrings_are_found_where_python_finds_them(script, tmp_path):
    (tmp_path / "package").mkdir()
    source = tmp_path / "package" / "__init__.py"
    source.write_text(
        '"""Module."""\n'
        "try:\n    import fast\nexcept ImportError:\n"
        '    def slow(a, *, b=1):\n        """Slow.\n\n        Some.\n          More.\n        """\n'
        '        def inner():\n            """Not reachable."""\n'
        'class Outer:\n    class Inner:\n        async def run(self):\n            """Run."""\n'
        '    @property\n    def size(self):\n        """Get."""\n'
        '    @size.setter\n    def size(self, value):\n        """Set."""\n'
        "def silent():\n    pass\n"
    )
    found = [tuple(record.values()) for record in script("python_docstrings").records(source, tmp_path)]
    assert found == [
        ("package", "", "", "Module."),
        ("package", "slow", "(a, *, b=1)", "Slow.\n\nSome.\n  More."),
        ("package", "Outer.Inner.run", "(self)", "Run."),
        ("package", "Outer.size", "(self)", "Get."),
    ]


def test_docstrings_are_those_of_this_python(script):
    built, sources = script("python_docstrings"), script("sources")
    library = Path(sysconfig.get_path("stdlib"))
    paths = built.library_files(library)
    if sources.digest(paths, library) != built.DIGEST:
        pytest.skip(f"this is not the library of {built.PACKAGE}")
    rows = [record for path in paths[::10] for record in built.records(path, library)]
    stored = {tuple(json.loads(line).items()) for line in files.lines("python_docstrings.jsonl.gz")}
    assert len(rows) > 100
    assert {tuple(sorted(row.items())) for row in rows} <= stored


def test_dependencies_lose_versions_and_further_alternatives(script):
    fields = {"Depends": "a (>= 1.0) | b, c:any, d [amd64]", "Recommends": "e", "Suggests": "f"}
    assert script("debian_graph").needs(fields) == {"a", "c", "d", "e"}


def test_words_of_a_synopsis_are_a_set_of_frequent_ones(script):
    vocabulary, indptr, indices = script("debian_graph").bag(["Graph, graph GUI and the odd"] * 5 + ["c++ once"])
    assert vocabulary == ["graph", "gui", "odd"]
    assert indptr.tolist() == [0, 3, 6, 9, 12, 15, 15]
    assert indices.tolist() == [0, 1, 2] * 5


def test_markup_of_a_verse_is_removed(script):
    plain = script("bible_kjv_web_rv1909").plain
    osis = '<title type="x">Head</title><w lemma="strong:H1">In</w> <note>or, by</note>“ the<lb/>end &amp; ¶more” .'
    assert plain(osis) == "In “the end & more”."


def test_a_voxel_is_the_mean_of_eight(script, tmp_path):
    built = script("brain_2mm")
    volume = np.zeros((4, 3, 2), dtype=np.uint8)
    volume[:2, :2] = [[[1, 2], [3, 4]], [[5, 6], [7, 255]]]  # mean 35.375; the odd plane is left out
    volume[:, 2] = 99
    assert built.halve(volume).tolist() == [[[35]], [[0]]]
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<4h", header, 40, 3, *volume.shape)
    struct.pack_into("<h", header, 70, built.UINT8)
    struct.pack_into("<3f", header, 108, 352, 1, 0)
    (tmp_path / "a.nii.gz").write_bytes(gzip.compress(bytes(header) + volume.tobytes(order="F")))
    assert (built.read_nifti(tmp_path / "a.nii.gz") == volume).all()


def test_a_molecule_is_read_with_its_places(script, tmp_path):
    (tmp_path / "water").mkdir()
    path = tmp_path / "water" / "ice.cml"
    path.write_text(
        '<molecule xmlns="http://www.xml-cml.org/schema"><atomArray>'
        '<atom id="a7" elementType="H" x3="1.23456" y3="0" z3="-1"/>'
        '<atom id="a2" elementType="O" x3="0" y3="0" z3="0"/>'
        '</atomArray><bondArray><bond atomRefs2="a2 a7" order="1"/></bondArray></molecule>'
    )
    molecule = script("molecules").read_cml(path)
    assert molecule == {
        "name": "ice", "cls": "water", "atoms": ["H", "O"], "bonds": [(1, 0, "1")],
        "xyz": [[1.235, 0, -1], [0, 0, 0]]}  # fmt: skip


def test_relations_of_one_kind_stand_together(script):
    pointers = "@ 00000007 n 0000 #p 00000008 n 0000 @ 00000009 n 0000 + 00000003 v 0101 ;c 00000002 a 0000"
    line = f"00000042 05 n 02 dog 0 hot_dog 1 005 {pointers} | barks | loudly  "
    assert script("wordnet").read_synset(line) == (
        "00000042",
        ["dog", "hot_dog"],
        "animal",
        [("@", "00000007"), ("@", "00000009"), ("p", "00000008")],
        "barks | loudly",
    )


def test_a_letter_is_joined_to_its_parts_or_its_name(script):
    built = script("unicode_letters")
    lines = [
        "0045;LATIN CAPITAL LETTER E;Lu;0;L;;;;;N;;;;0065;",
        "0065;LATIN SMALL LETTER E;Ll;0;L;;;;;N;;;0045;;0045",
        "00E9;LATIN SMALL LETTER E WITH ACUTE;Ll;0;L;0065 0301;;;;N;;;00C9;;00C9",  # its capital is not here
        "0133;LATIN SMALL LIGATURE IJ;Ll;0;L;<compat> 0069 006A;;;;N;;;0132;;0132",
        "00DF;LATIN SMALL LETTER SHARP S;Ll;0;L;;;;;N;;;;;",  # no partner
        "0301;COMBINING ACUTE ACCENT;Mn;230;NSM;;;;;N;;;;;",
        "2C65;LATIN SMALL LETTER A WITH STROKE;Ll;0;L;;;;;N;;;023A;;023A",  # outside the blocks
    ]
    found = built.links({character.code: character for character in map(built.read_character, lines)})
    assert [(one[1], relation, other[1]) for one, relation, other in found] == [
        ("E", "case", "e"),
        ("E", "name", "E"),
        ("E", "script", "LATIN"),
        ("e", "name", "E"),
        ("é", "base", "e"),
        ("é", "mark", "ACUTE ACCENT"),
        ("ĳ", "name", "IJ"),
        ("IJ", "script", "LATIN"),
    ]


def test_vectors_are_kept_within_half_a_step(script):
    built = script("glove_20k_100d_i8")
    assert built.plain_words(["the", ",", "u.s.", "éclair", "n't", "of"]) == ["the", "of"]
    vectors = np.random.default_rng(0).normal(size=(20, 5)).astype(np.float32)
    whole, scale = built.to_8_bits(vectors)
    assert whole.dtype == np.int8
    assert np.abs(whole).max() == 127
    assert np.abs(whole * scale - vectors).max() <= scale / 2 * 1.001


def test_values_of_r_are_read(script):
    def number(value):
        return struct.pack(">i", value)

    def chars(word):
        return number(9) + number(len(word)) + word.encode()

    def strings(*words):
        return number(16) + number(len(words)) + b"".join(map(chars, words))

    end, tagged = number(254), number(0x400 | 2)
    symbol, again = number(1) + chars("names"), number(1 << 8 | 255)  # the second time, a symbol is called by its place
    numbers = number(14) + number(1) + struct.pack(">d", 2.5)
    named = number(0x200 | 13) + number(1) + number(-5) + tagged + symbol + strings("z") + end
    frame = number(0x200 | 19) + number(2) + numbers + named + tagged + again + strings("x", "y") + end
    head = b"X\n" + number(3) + number(0) + number(0) + number(5) + b"UTF-8"
    found = script("timeseries").Reader(head + frame).value()
    assert list(found) == ["x", "y"]
    assert found["x"].tolist() == [2.5]
    assert found["y"] == {"z": -5}
