"""Files of EPSS: told by what they hold, read within bounds, taken over whole or not at all."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import KnowledgeError
from cybersecqwen.knowledge.advisories import epss
from cybersecqwen.knowledge.advisories.epss import Row, is_scores, opened
from cybersecqwen.knowledge.advisories.scores import Scores, write_scores

TOLD = "#model_version:v2025.03.14,score_date:2026-11-01T00:00:00+0000\n"
HEAD = TOLD + "cve,epss,percentile\n"


def file(folder: Path, text: str | bytes, name: str = "scores.csv", *, packed: bool = False) -> Path:
    data = text.encode() if isinstance(text, str) else text
    path = folder / name
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


def rows(path: Path) -> list[Row | int]:
    with opened(path) as found:
        return list(found.rows)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("beginning", ["", "\ufeff"])
def test_a_file_as_it_is_published(tmp_path: Path, packed: bool, beginning: str) -> None:
    text = HEAD + "CVE-1999-0001,0.0046,0.7385\r\nCVE-2025-1234567,9e-05,0.00001\n\nCVE-2021-44228,1,1.0"
    path = file(tmp_path, beginning + text, "any.name", packed=packed)
    assert is_scores(path)
    with opened(path) as found:
        assert (found.model, found.date) == ("v2025.03.14", "2026-11-01")
        assert list(found.rows) == [
            Row(cve="CVE-1999-0001", score=0.0046, percentile=0.7385),
            Row(cve="CVE-2025-1234567", score=0.00009, percentile=0.00001),
            Row(cve="CVE-2021-44228", score=1.0, percentile=1.0),
        ]


@pytest.mark.parametrize(
    "line",
    [
        "CVE-2024-1,0.5,0.5",
        "cve-2024-0001,0.5,0.5",
        "CVE-2024-0001,0.5",
        "CVE-2024-0001,0.5,0.5,0.5",
        "CVE-2024-0001,1.00001,0.5",
        "CVE-2024-0001,-0.5,0.5",
        "CVE-2024-0001,nan,0.5",
        "CVE-2024-0001,0.5,inf",
        "CVE-2024-0001,1e5,0.5",
        "CVE-2024-0001,0x1,0.5",
        "CVE-2024-0001,0_1,0.5",
        "CVE-2024-0001,\u0661,0.5",
        "CVE-2024-0001,,0.5",
        f"CVE-2024-{'0' * 400},0.5,0.5",
        f"CVE-2024-0001,0.5,0.5{' ' * 100_000}",
        "\x00\x1b[31m",
    ],
)
def test_a_line_that_is_no_row_is_told_and_the_next_is_read(tmp_path: Path, line: str) -> None:
    found = rows(file(tmp_path, f"{HEAD}{line}\nCVE-2024-0002,0.1,0.2\n"))
    assert found == [3, Row(cve="CVE-2024-0002", score=0.1, percentile=0.2)]


def test_columns_go_by_their_names(tmp_path: Path) -> None:
    path = file(tmp_path, f"{TOLD}percentile,cve,more,epss\n0.9,CVE-2024-0001,x,0.1\n")
    assert rows(path) == [Row(cve="CVE-2024-0001", score=0.1, percentile=0.9)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cve,epss,percentile\nCVE-2024-0001,0.1,0.2\n", "what day"),
        ("#model_version:v1,score_date:2026-13-01\ncve,epss,percentile\n", "what day"),
        ("#model_version:v1,score_date:yesterday\ncve,epss,percentile\n", "what day"),
        ("#model_version:v1\ncve,epss,percentile\n", "what day"),
        (TOLD + "cve,epss\nCVE-2024-0001,0.1\n", "columns"),
        (TOLD, "columns"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, text: str, said: str) -> None:
    path = file(tmp_path, text)
    assert is_scores(path)
    with pytest.raises(KnowledgeError, match=said), opened(path):
        pass


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"{}", b"SQLite format 3\x00", b"\x1f\x8b", b"\x1f\x8b\x08junk"]
)
def test_other_files_are_not_taken_for_scores(tmp_path: Path, data: bytes) -> None:
    assert not is_scores(file(tmp_path, data))
    assert not is_scores(tmp_path) and not is_scores(tmp_path / "none")


def test_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epss, "MAX_BYTES", 10_000)
    path = file(tmp_path, HEAD + "CVE-2024-0001,0.1,0.2\n" * 1_000, packed=True)
    with pytest.raises(KnowledgeError, match="larger than"):
        rows(path)
    # A line without an end is not kept, and not read further than that.
    path = file(tmp_path, HEAD + "x" * 2_000_000)
    with path.open("rb") as stream:
        with pytest.raises(KnowledgeError, match="larger than"):
            list(epss._lines(stream, path))
        assert stream.tell() < 200_000
    monkeypatch.setattr(epss, "MOST", 3)
    with pytest.raises(KnowledgeError, match="more than 3 rows"):
        rows(file(tmp_path, HEAD + "CVE-2024-0001,0.1,0.2\n" * 4))


def test_scores_are_looked_up_by_cve(tmp_path: Path) -> None:
    to = tmp_path / "new" / "epss.sqlite"
    text = "CVE-2024-0001,0.1,0.2\nbad\nCVE-2024-0002,0.3,0.4\nCVE-2024-0001,0.9,0.9\nworse\n"
    made = write_scores(to, file(tmp_path, HEAD + text))
    assert (made.scores, made.garbled, made.first_garbled, made.twice) == (2, 2, 4, 1)
    with Scores(to) as scores:
        assert (scores.model, scores.date, scores.count) == ("v2025.03.14", "2026-11-01", 2)
        assert scores.of("CVE-2024-0001") == (0.1, 0.2)
        assert scores.of("CVE-2024-0003") is None is scores.of("\ud800")


def test_what_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    to = tmp_path / "epss.sqlite"
    write_scores(to, file(tmp_path, HEAD + "CVE-2024-0001,0.1,0.2\n"))
    before = to.read_bytes()
    lines = "".join(f"CVE-2024-{n:04},0.{n},0.5\n" for n in range(1_000, 9_000))
    whole = gzip.compress((HEAD + lines).encode())
    for data in (
        whole[: len(whole) // 2],
        whole[:-6] + b"\x00" * 6,
        (HEAD + "bad\n").encode(),
        HEAD.encode(),
    ):
        with pytest.raises(KnowledgeError):
            write_scores(to, file(tmp_path, data))
    with pytest.raises(KnowledgeError, match="cannot be read"):
        write_scores(to, tmp_path / "none.csv")
    assert to.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["epss.sqlite", "scores.csv"]


def test_new_scores_take_the_place_of_all_old_ones(tmp_path: Path) -> None:
    to = tmp_path / "epss.sqlite"
    write_scores(to, file(tmp_path, HEAD + "CVE-2024-0001,0.1,0.2\n"))
    made = write_scores(to, file(tmp_path, HEAD.replace("11-01", "10-01") + "CVE-2024-0002,0.1,0.2\n"))
    assert (made.before, made.date) == ("2026-11-01", "2026-10-01")
    with Scores(to) as scores:
        assert scores.of("CVE-2024-0001") is None and scores.of("CVE-2024-0002") == (0.1, 0.2)


@pytest.mark.parametrize("harm", ["text", "other", "cut", "table", "value"])
def test_a_damaged_file_is_one_clear_error(tmp_path: Path, harm: str) -> None:
    to = tmp_path / "epss.sqlite"
    write_scores(to, file(tmp_path, HEAD + "CVE-2024-0001,0.1,0.2\n"))
    data = to.read_bytes()
    if harm == "text":
        to.write_text("x" * 200)
    elif harm == "other":
        to.write_bytes(data[:68] + b"CSQA" + data[72:])
    elif harm == "cut":
        to.write_bytes(data[:5_000])
    else:
        with sqlite3.connect(to) as connection:
            connection.execute("DROP TABLE score" if harm == "table" else "UPDATE score SET score = 'x'")
        connection.close()
    with pytest.raises(KnowledgeError, match="EPSS scores"), Scores(to) as scores:
        scores.of("CVE-2024-0001")


LINES = st.one_of(
    st.from_regex(r"CVE-\d{4}-\d{4,8},[01]\.\d{1,5},0\.\d{1,5}", fullmatch=True),
    st.text(alphabet="CVE-0123456789.,e+\t\"' #\x00é", max_size=60),
    st.text(max_size=400),
)


@given(
    head=st.sampled_from([HEAD, TOLD, "", "#", "\ufeff" + HEAD]),
    lines=st.lists(LINES, max_size=8),
    packed=st.booleans(),
    cut=st.integers(0, 40),
)
def test_whatever_a_file_holds_it_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, head: str, lines: list[str], packed: bool, cut: int
) -> None:
    data = (head + "\n".join(lines)).encode("utf-8", "surrogatepass")
    data = gzip.compress(data) if packed else data
    folder = tmp_path_factory.getbasetemp()
    path = file(folder, data[: len(data) - cut] if cut else data, "drawn.csv")
    is_scores(path)
    try:
        found = rows(path)
    except KnowledgeError:
        return
    for row in found:
        assert isinstance(row, int) or (0 <= row.score <= 1 and 0 <= row.percentile <= 1)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    for beginning in (b"", HEAD.encode(), b"\x1f\x8b\x08\x00"):
        path = file(tmp_path_factory.getbasetemp(), beginning + data, "bytes.csv")
        is_scores(path)
        with suppress(KnowledgeError):
            rows(path)
