"""The lexicon is whole: every file of it can be read, and says what it must."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from cybersecqwen.detect.sigma.cache import load_rules
from cybersecqwen.detect.sigma.model import Logsource, Op
from cybersecqwen.detect.sigma.model import Test as Single
from cybersecqwen.tasks.query.asking.catalogue import catalogue, events_meant
from cybersecqwen.tasks.query.asking.vocabulary import FOLDER, Phrases, key_of, lexicon, source_of, tokens
from cybersecqwen.tasks.query.asking.words import stem, words


def found(phrase: str, text: str) -> list[str]:
    phrases = Phrases()
    phrases.add(phrase, "x")
    return [text[start:end] for _, start, end in phrases.find(tokens(text))]


def test_phrases() -> None:
    assert found("failed logon|login", "many failed logins of users") == ["failed logins"]
    assert found("start of the day", "at the start of day 1") == ["start of day"]
    assert found("failed logon", "a logon failed") == []
    assert found("~ delete shadow", "the shadow copies were deleted") == ["shadow copies were deleted"]
    assert found("~ delete shadow", "shadow copies. Files were deleted.") == []


def test_keys_name_logsources() -> None:
    for key, entry in lexicon().sources.items():
        assert key_of(source_of(key)) == key
        assert entry.roles
    assert source_of("windows/application") == Logsource(product="windows", service="application")
    assert source_of("django/application") == Logsource(product="django", category="application")


def test_every_concept_is_seen_somewhere_or_speaks_for_a_logsource() -> None:
    known = set(lexicon().sources)
    for concept in lexicon().concepts.values():
        assert concept.tests or concept.leads, concept.name
        assert set(concept.leads) <= known, concept.name


def test_every_group_has_programs_and_every_place_pieces() -> None:
    for group in (*lexicon().groups.values(), *lexicon().places.values()):
        assert any(group.files.values()), group.name
        for names in group.files.values():
            assert all(name == name.lower() for name in names), group.name
            assert len(set(names)) == len(names), group.name


def test_catalogue_has_each_event_with_words() -> None:
    for key, one in catalogue().items():
        assert key in lexicon().sources, key
        assert len(one.entries) == len(set(one.entries))


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("windows/security", "a user account was created", "4720"),
        ("windows/security", "the audit log was cleared", "1102"),
        ("windows/security", "kerberos pre-authentication failed", "4771"),
        ("aws/cloudtrail", "someone deleted a trail of cloudtrail", "deletetrail"),
        ("aws/cloudtrail", "use of AssumeRole", "assumerole"),
        ("github/audit", "a repository was archived", "repo.archived"),
        ("azure/pim", "too many global admins", "toomanyglobaladminsassignedtotenantalertincident"),
    ],
)
def test_events_by_their_words(key: str, text: str, value: str) -> None:
    made = events_meant(key, text)
    assert made is not None
    assert value in made[0].values


def test_no_event_for_other_words() -> None:
    assert events_meant("windows/security", "zebras in the snow") is None
    assert events_meant("nobody/nothing", "a user account was created") is None


def test_stems() -> None:
    assert stem("logons") == stem("logon")
    assert stem("created") == stem("creates") == stem("creating") == stem("creation")
    assert stem("rundll32") == "rundll32"
    assert list(words("The file-name of it")) == ["file-name", "file", "name"]


def test_tests_of_the_lexicon_are_folded() -> None:
    for concept in lexicon().concepts.values():
        for made in concept.tests.values():
            for test in made:
                assert isinstance(test, Single)
                assert test.op in Op
                assert all(value == value.lower() for value in test.values), concept.name


def test_alternatives_of_phrases_are_single_words() -> None:
    """Words that stand in two neighbouring groups show that alternatives of several words were meant."""
    for path in sorted(FOLDER.glob("*.toml")):
        for phrase in re.findall(r'"([^"\n~]*\|[^"\n]*)"', path.read_text(encoding="utf-8")):
            groups = [set(group.split("|")) for group in phrase.split()]
            assert not any(a & b - {"*"} for a, b in itertools.pairwise(groups)), f"{path.name}: {phrase}"


def test_the_words_of_a_service_are_words_of_its_operations() -> None:
    for text in ("guardduty detector deleted", "a detector of guardduty was deleted"):
        made = events_meant("aws/cloudtrail", text)
        assert made is not None
        assert made[0].values == ("deletedetector",)


_WORD = re.compile("[a-z0-9]+")
_RUN = 4
"""Words in a row that two texts hardly have in common by chance."""
_MAKERS = frozenset(
    (
        "unfamiliar sign in properties",  # Entra, riskEventType
        "organization doesn t have",  # Entra, alerts of PIM
        "point to site vpn",  # Azure, type of gateway
        "security enabled global group",  # Windows, text of event 4728
        "user account locked out",  # 4740
        "directory services restore mode",  # 4794, as the next two
        "services restore mode administrator",
        "restore mode administrator password",
        "windows filtering platform blocked",  # 5152
        "real time protection disabled",  # Defender, 5001
        "unsigned kernel module loaded",  # code integrity, 3001
        "bypass user account control",  # ATT&CK, T1548.002
        "ds replication get changes",  # Active Directory, an extended right
        "defender real time protection",  # its name
        "microsoft cloud app security",  # its name
        "windows subsystem for linux",  # its name
        "living off the land",
        "off the land binaries",
        "off the land binary",
        "server side template injection",
    )
)
"""What makers call their own things, and terms of the trade."""


_TERMS = """
# Events, settings and parts of Windows, as Microsoft names them
account locked out; user account locked; active directory database; local administrators group;
alternate data stream; alternate data streams; appx package deployment; attack surface reduction;
backup catalog deleted; bits job created; certificate private key; defender real time; real time protection;
time protection disabled; disable microsoft defender; disable windows defender; disabled windows defender;
disabling windows defender; enabled global group; security enabled global; filtering platform blocked;
windows filtering platform; firewall rule added; firewall rule deleted; firewall rule modified;
new firewall rule; kernel module loaded; unsigned kernel module; revoked image loaded; load group policy;
malware detection history; new process created; registry key deleted; registry key deletion;
registry value deleted; replay attack detected; scheduled task created; create scheduled task;
scheduled task creation; scheduled task deleted; scheduled task deletion; scheduled task executed;
secure channel connection; security event source; service registry key; service security descriptor;
service terminated unexpectedly; shell open command; usb device plugged; volume shadow copies;
vulnerable driver blocklist; wmi event consumer; hidden files and; dns over https; netsh helper dll
# Operations, risks and services of clouds, by their makers' names
activated too frequently; too many global; anonymous ip address; azure active directory; azure sign in;
firewall rule update; kubernetes cluster created; kubernetes service account; point to site; to site vpn;
primary refresh token; role assignment created; security group created; service account created;
sign in properties; unfamiliar sign in; token issuer anomaly; user session start; vpc flow logs
# Techniques and software of ATT&CK, weaknesses of OWASP
as rep roasting; active directory enumeration; credentials in files; cross site scripting; dll side loading;
domain trust discovery; named pipe impersonation; network configuration discovery;
network connections discovery; overpass the hash; pass the hash; reflection assembly load;
remote access software; remote access tool; remote access tools; security software discovery;
security support provider; server side template; side template injection; system network discovery;
wmi event subscription
# Names of programs, and what everybody says
system integrity protection; advanced ip scanner; advanced port scanner; ruby on rails; visual studio code;
added to a; create local user; lsass memory access; lsass memory dump; lsass process access;
non standard folder; web server process
"""
"""Three words in a row that titles of rules have as well, because there is no other word for the thing."""


def _runs(text: str, length: int = _RUN) -> Iterator[str]:
    found = _WORD.findall(text.lower())
    for at in range(len(found) - length + 1):
        yield " ".join(found[at : at + length])


def _said() -> Iterator[str]:
    """All words of the lexicon besides names: after the colons of the catalogue, and phrases."""
    for path in sorted(FOLDER.glob("catalogue_*.toml")):
        for one in tomllib.loads(path.read_text(encoding="utf-8"))["list"]:
            yield from (line.partition(": ")[2] for line in one["names"].splitlines())
    for path in sorted(FOLDER.glob("*.toml")):
        for phrase in re.findall(r'"([^"\n]*)"', path.read_text(encoding="utf-8")):
            groups = [group.split("|") for group in phrase.split()]
            if not phrase.startswith("~") and len(groups) <= 8:
                yield from map(" ".join, itertools.product(*groups))


@pytest.mark.data
@pytest.mark.slow
def test_the_lexicon_does_not_speak_in_the_words_of_the_rules_it_is_judged_by(data_dir: Path) -> None:
    rules = load_rules([data_dir / "logs" / "sigma_rules.zip"]).rules
    texts = [text for rule in rules for text in (rule.about.title, rule.about.description)]
    theirs = {run for text in texts for run in _runs(text)}
    ours = {run for text in _said() for run in _runs(text)}
    assert ours & theirs == _MAKERS


@pytest.mark.data
@pytest.mark.slow
def test_no_phrase_of_the_lexicon_comes_from_the_title_of_a_rule(data_dir: Path) -> None:
    rules = load_rules([data_dir / "logs" / "sigma_rules.zip"]).rules
    theirs = {run for rule in rules for run in _runs(rule.about.title, 3)}
    ours = {run for text in _said() for run in _runs(text, 3)}
    lines = [line for line in _TERMS.splitlines() if line[:1] != "#"]
    assert ours & theirs == {term for line in lines for one in line.split(";") if (term := one.strip())}
