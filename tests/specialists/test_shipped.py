"""What ships: weights within their bounds, manifests that say where they come from, answers as documented."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import pytest

from cybersecqwen.specialists import SPECIALISTS
from cybersecqwen.specialists.interface import FOLDER

NAMES = SPECIALISTS.names()


def test_all_weights_together_are_small() -> None:
    assert 1_000_000 < sum(path.stat().st_size for path in FOLDER.iterdir()) <= 40_000_000


@pytest.mark.parametrize("name", NAMES)
def test_a_manifest_says_where_weights_come_from_and_how_good_they_are(name: str) -> None:
    manifest = SPECIALISTS.get(name)().manifest
    assert manifest.name == name
    assert manifest.metrics
    assert 0 < manifest.threshold < 1
    for one in manifest.data:
        assert len(one["sha256"]) == 64
        assert one["file"]
        assert one["licence"]
    weights = FOLDER / f"{manifest.weights or name}.npz"
    if weights.exists():
        assert hashlib.sha256(weights.read_bytes()).hexdigest() == manifest.sha256


@pytest.mark.parametrize("name", NAMES)
def test_nothing_to_judge_is_an_abstention(name: str) -> None:
    for text in ("", "   \n", "\x00\x1b[31m", "0" * 1_000_000):
        (judged,) = SPECIALISTS.get(name)().judge([text])
        assert judged.abstained
        assert judged.because


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("SQL injection in the search form of a shop lets remote attackers read the database.", "CWE-89"),
        ("Stored cross-site scripting in the comment field lets users run JavaScript.", "CWE-79"),
        ("A use-after-free in the renderer lets a crafted page corrupt the heap.", "CWE-416"),
        ("Missing nonce validation in the plugin makes cross-site request forgery possible.", "CWE-352"),
        ("Path traversal with ../ in the file parameter reads arbitrary files.", "CWE-22"),
    ],
)
def test_plain_descriptions_get_their_weakness(text: str, label: str) -> None:
    assert SPECIALISTS.get("cwe")().judge([text])[0].answer == label


def test_no_weakness_is_named_that_may_not_be_mapped_to() -> None:
    cwe = SPECIALISTS.get("cwe")()
    assert {cwe.usage(label) for label in cwe.labels} == {"Allowed", "Allowed-with-Review", "Discouraged"}


def test_severe_is_told_from_mild() -> None:
    severe, mild = SPECIALISTS.get("cvss")().judge(
        [
            "An unauthenticated remote attacker can execute arbitrary code as root over the network.",
            "A local administrator can see the version number of the product in a log file.",
        ]
    )
    assert severe.facts["score"] >= 9 > 6 >= mild.facts["score"]


def test_users_need_neither_scikit_learn_nor_scipy() -> None:
    code = (
        "import sys; from cybersecqwen.specialists import SPECIALISTS\n"
        "for name in SPECIALISTS.names(): SPECIALISTS.get(name)().judge(['SQL injection in a shop'])\n"
        "sys.exit(bool({'sklearn', 'scipy'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0
