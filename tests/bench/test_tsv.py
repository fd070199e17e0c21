"""Reading benchmark files, whole ones and everything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cybersecqwen.bench import CTI_TASKS, tsv
from cybersecqwen.errors import CsqError, InputError, LimitError

from . import made


@pytest.mark.parametrize("name", CTI_TASKS.names())
def test_every_task_reads_its_file(name: str, tmp_path: Path) -> None:
    task = CTI_TASKS.get(name)()
    data = tsv.read(tsv.find(made.write(tmp_path), task), task)
    assert len(data.items) == len(made.ROWS[name])
    assert len({item.key for item in data.items}) == len(data.items)
    assert data.has_truth == (name != "taa")
    assert len(data.sha256) == 64


def test_the_folder_may_be_one_above(tmp_path: Path) -> None:
    made.write(tmp_path / "cti-bench-dev")
    task = CTI_TASKS.get("mcq")()
    assert tsv.find(tmp_path, task).name == "cti-mcq.tsv"
    with pytest.raises(InputError, match=r"no cti-mcq\.tsv"):
        tsv.find(made.write(tmp_path / "other", "rcm"), task)
    with pytest.raises(InputError, match="no folder"):
        tsv.find(tmp_path / "absent", task)


def test_truth_is_canonical(tmp_path: Path) -> None:
    task = CTI_TASKS.get("mcq")()
    items = tsv.read(made.write(tmp_path) / "cti-mcq.tsv", task).items
    assert [item.truth for item in items] == ["A", "B", "C"]


def test_actors_come_from_a_file_of_their_own(tmp_path: Path) -> None:
    task = CTI_TASKS.get("taa")()
    truth = tmp_path / "truth.tsv"
    truth.write_text("URL\tGT\nhttps://x.example/one\tAPT29\nhttps://x.example/two\tTurla\n", "utf-8")
    data = tsv.read(made.write(tmp_path) / "cti-taa.tsv", task, truth)
    assert data.has_truth and data.items[0].truth == "G0016"


BAD = {
    "": "is empty",
    "URL\tDescription\tPrompt\n": "lacks the column GT",
    "one,two,three\n1,2,3\n": "no tab-separated file",
    "URL\tDescription\tPrompt\tGT\n": "holds no items",
    "URL\tDescription\tPrompt\tGT\nu\td\tp\n": "row 2 has 3 fields",
    "URL\tDescription\tPrompt\tGT\nu\td\tp\tnone\n": "in row 2, 'none' is no CWE",
    "URL\tURL\tDescription\tPrompt\tGT\nu\tu\td\tp\tCWE-1\n": "two of the same name",
    'URL\tDescription\tPrompt\tGT\nu\t"' + "x" * 300_000 + '"\tp\tCWE-1\n': "damaged",
}


@pytest.mark.parametrize("text", BAD)
def test_what_is_wrong_is_one_sentence(text: str, tmp_path: Path) -> None:
    path = tmp_path / "cti-rcm.tsv"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        tsv.read(path, CTI_TASKS.get("rcm")())
    assert BAD[text] in caught.value.message
    assert caught.value.exit_code == 2 and len(caught.value.message) < 200


def test_a_binary_file_and_a_folder(tmp_path: Path) -> None:
    path = tmp_path / "cti-rcm.tsv"
    path.write_bytes(b"\x89PNG\r\n\xff\xfe")
    with pytest.raises(InputError, match="UTF-8"):
        tsv.read(path, CTI_TASKS.get("rcm")())
    with pytest.raises(InputError, match="cannot be read"):
        tsv.read(tmp_path, CTI_TASKS.get("rcm")())


def test_size_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = made.write(tmp_path) / "cti-rcm.tsv"
    monkeypatch.setattr(tsv, "MAX_BYTES", 10)
    with pytest.raises(LimitError):
        tsv.read(path, CTI_TASKS.get("rcm")())
    monkeypatch.undo()
    monkeypatch.setattr(tsv, "MAX_ROWS", 2)
    with pytest.raises(LimitError, match="rows"):
        tsv.read(path, CTI_TASKS.get("rcm")())


PIECES = st.sampled_from(
    ["URL\tDescription\tPrompt\tGT", "\t", "\n", '"', "CWE-79", "u\td\tp\tCWE-20\n", "\x00", "\ufeff", "\r"]
)


@settings(max_examples=200, deadline=None)
@given(
    raw=st.one_of(
        st.binary(max_size=200),
        st.lists(st.one_of(PIECES, st.text(max_size=5)), max_size=20).map(
            lambda p: "".join(p).encode("utf-8", "replace")
        ),
    )
)
def test_any_bytes_give_items_or_a_sentence(raw: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "cti-rcm.tsv"
    path.write_bytes(raw)
    try:
        data = tsv.read(path, CTI_TASKS.get("rcm")())
    except CsqError as error:
        assert error.exit_code == 2 and error.message.endswith(".")
    else:
        assert data.items and all(item.truth.startswith("CWE-") for item in data.items)
