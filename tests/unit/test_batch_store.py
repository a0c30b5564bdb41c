"""Results are there whole or not at all, and one batch at a time writes them."""

import json
import shutil

import pytest

from helpers import catalogue
from helpers.batch import plan, store
from helpers.batch.execution import DONE, RAISED, Outcome
from helpers.batch.store import Store, StoreFault
from helpers.notebooks import Cost
from tests import tiny


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """Three runs of the tiny paper."""
    monkeypatch.setattr(catalogue, "NOTEBOOKS", tmp_path / "notebooks")
    tiny.write(tmp_path / "notebooks")
    return plan.make(catalogue.find(["s4"]), {"seed": [0, 1, 2]})


GOOD = Outcome(DONE, claims=[{"name": "one"}], cost=Cost(1.0, 2.0, 3.0), notebook="{}")


def everything(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.name != ".lock")


def test_what_is_put_is_read_back(tmp_path, runs):
    with Store(tmp_path / "out") as kept:
        folder = kept.put(runs[1], GOOD)
        record = kept.get(runs[1])
        assert record["values"] == {"seed": 1, "size": 3}
        assert record["cost"] == {"cpu_seconds": 1.0, "peak_mb": 2.0, "wall_seconds": 3.0}
        assert record["claims"] == [{"name": "one"}]
        assert kept.get(runs[0]) is None
        assert [(path, found["digest"]) for path, found in kept.records()] == [(folder, runs[1].digest)]
    assert sorted(path.name for path in folder.iterdir()) == ["notebook.ipynb", "result.json"]


def test_only_what_is_done_is_finished(tmp_path, runs):
    with Store(tmp_path / "out") as kept:
        kept.put(runs[0], GOOD)
        kept.put(runs[1], Outcome(RAISED, "KeyError: 1"))
        assert kept.finished(runs) == {runs[0].digest}
        kept.put(runs[1], GOOD)
        assert kept.finished(runs) == {runs[0].digest, runs[1].digest}
    assert len(everything(tmp_path / "out")) == 1 + 2 * 3


def test_a_write_that_fails_changes_nothing(tmp_path, runs, monkeypatch):
    with Store(tmp_path / "out") as kept:
        kept.put(runs[0], GOOD)
        before = everything(tmp_path / "out"), kept.get(runs[0])

        def full(path, text):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(store, "_write", full)
        for run in runs[:2]:
            with pytest.raises(StoreFault, match=r"cannot be written \(No space left on device\)"):
                kept.put(run, GOOD)
        assert (everything(tmp_path / "out"), kept.get(runs[0])) == before


@pytest.mark.parametrize("renamed", [False, True])
def test_a_batch_that_was_killed_while_it_replaced_a_result_loses_none(tmp_path, runs, renamed):
    with Store(tmp_path / "out") as kept:
        folder = kept.put(runs[0], GOOD)
    aside = folder.with_name(store.ASIDE + folder.name)
    shutil.copytree(folder, aside)
    folder.rename(folder.with_name(store.REPLACED + folder.name))
    if renamed:
        aside.rename(folder)
    with Store(tmp_path / "out") as kept:
        assert kept.finished(runs) == {runs[0].digest}
    assert len(everything(tmp_path / "out")) == 1 + 3


def test_a_second_batch_in_the_same_folder_is_refused(tmp_path):
    with Store(tmp_path / "out"), pytest.raises(StoreFault, match="another batch writes here"), Store(tmp_path / "out"):
        pass
    with Store(tmp_path / "out"):
        pass


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreFault) as caught, Store(tmp_path / "file" / "out"):
        pass
    assert str(caught.value).count("\n") == 0


@pytest.mark.parametrize("damage", ["", "[]", "{", json.dumps({"paper": "s4"})])
def test_a_damaged_record_is_not_a_finished_run(tmp_path, runs, damage):
    with Store(tmp_path / "out") as kept:
        folder = kept.put(runs[0], GOOD)
        (folder / store.RECORD).write_text(damage)
        assert kept.get(runs[0]) is None
        assert kept.finished(runs) == set()
        kept.put(runs[0], GOOD)
        assert kept.finished(runs) == {runs[0].digest}
