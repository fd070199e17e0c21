"""Brute force, password spraying, impossible travel."""

from __future__ import annotations

from typing import Any

import pytest

from cybersecqwen.detect.anomalies.batch import Batch
from cybersecqwen.detect.anomalies.places import at, country, distance
from cybersecqwen.detect.anomalies.sign_ins import attempts
from cybersecqwen.records import Severity

from .made import DAY, HOUR, START, batch, found, watched

SECURITY = "Microsoft-Windows-Security-Auditing"


def windows(time: float, user: str, source: str, good: bool = False) -> tuple[str, dict[str, Any]]:
    row = {"time": time, "host": "dc", "TargetUserName": user, "IpAddress": source}
    return (f"{SECURITY} 4624", {**row, "LogonType": "3"}) if good else (f"{SECURITY} 4625", row)


def judged(records: list[tuple[str, dict[str, Any]]], only: str, baseline: Any = None) -> list[Any]:
    kinds = dict.fromkeys(kind for kind, _ in records)
    parts = [batch([row for k, row in records if k == kind], kind) for kind in kinds]
    return watched(parts, only, baseline=baseline).findings()


def failures(n: int, minutes: float, start: float = START) -> list[tuple[str, dict[str, Any]]]:
    return [windows(start + i * minutes * 60 / n, "admin", "203.0.113.9") for i in range(n)]


@pytest.mark.parametrize(
    ("n", "minutes", "told"), [(20, 9, True), (19, 9, False), (20, 300, False), (200, 600, False)]
)
def test_brute_force_near_its_threshold(n: int, minutes: float, told: bool) -> None:
    assert bool(judged(failures(n, minutes), "brute-force")) is told


def test_a_success_afterwards_is_worse() -> None:
    (plain,) = judged(failures(50, 9), "brute-force")
    (one,) = judged([*failures(50, 9), windows(START + 650, "admin", "203.0.113.9", True)], "brute-force")
    assert (plain.severity, one.severity) == (Severity.MEDIUM, Severity.HIGH)
    assert "then “admin” succeeded" in one.sentence and "none succeeded" in plain.sentence
    assert one.numbers["failures"] == 50 and one.users == ("admin",) and len(one.lines) >= 2
    late = [*failures(50, 9), windows(START + 3 * HOUR, "admin", "203.0.113.9", True)]
    other = [*failures(50, 9), windows(START + 650, "other", "203.0.113.9", True)]
    before = [windows(START - 100, "admin", "203.0.113.9", True), *failures(50, 9)]
    for records in (late, other, before):
        assert [a.severity for a in judged(records, "brute-force")] == [Severity.MEDIUM]


def test_a_program_with_an_old_password_is_told_on_its_first_days_only() -> None:
    records = [r for day in range(10) for r in failures(60, 9, START + day * DAY)]
    assert len(judged(records, "brute-force")) == 3
    kinds = {kind for kind, _ in records}
    learned = watched([batch([row for _, row in records], kind) for kind in kinds], "brute-force").learned()
    assert judged(failures(60, 9, START + 11 * DAY), "brute-force", learned) == []


def test_machine_accounts_services_and_records_without_time_are_no_attempts() -> None:
    kind, row = windows(START, "PC1$", "203.0.113.9")
    assert not attempts(Batch(batch([row], kind), 0))
    kind, row = windows(START, "svc", "203.0.113.9", True)
    assert not attempts(Batch(batch([{**row, "LogonType": 5}], kind), 0))
    untimed = [(k, {**r, "time": None}) for k, r in failures(100, 1)]
    assert judged(untimed, "brute-force") == []


@pytest.mark.parametrize(("users", "each", "told"), [(10, 2, True), (9, 2, False), (12, 30, False)])
def test_spraying_near_its_threshold(users: int, each: int, told: bool) -> None:
    records = [
        windows(START + 20 * i + j * 700, f"user{i}", "203.0.113.9")
        for i in range(users)
        for j in range(each)
    ]
    assert bool(judged(records, "password-spraying")) is told
    assert not (told and judged(records, "brute-force"))


def test_many_users_behind_one_gateway_are_usual() -> None:
    def day(n: int) -> list[tuple[str, dict[str, Any]]]:
        return [windows(START + n * DAY + 30 * i, f"user{i}", "10.0.0.1") for i in range(15)]

    learned = [r for n in range(6) for r in day(n)]
    usual = watched([batch([row for _, row in learned], f"{SECURITY} 4625")], "brute-force").learned()
    assert judged(day(8), "password-spraying") and judged(day(8), "password-spraying", usual) == []


SSHD = (
    ("sshd[1]: Failed password for root from 203.0.113.9 port 22 ssh2", ("root", "203.0.113.9", False)),
    ("sshd[1]: Failed password for invalid user a b from 2001:db8::1 port 22", ("a b", "2001:db8::1", False)),
    ("sshd[1]: Failed none for invalid user from from 203.0.113.9 port 1", ("from", "203.0.113.9", False)),
    ("sshd[1]: Accepted publickey for Ann from 203.0.113.9 port 22 ssh2", ("ann", "203.0.113.9", True)),
    ("su: pam_unix(su:auth): authentication failure; ruser=ann rhost=h1  user=root", ("root", "h1", False)),
    ("sshd[1]: pam_unix(sshd:auth): authentication failure; ruser= rhost=203.0.113.9  user=root", None),
    (
        "sshd(pam_unix)[1]: authentication failure; ruser= rhost=203.0.113.9  user=root",
        ("root", "203.0.113.9", False),
    ),
    ("sshd[1]: Connection closed by 203.0.113.9", None),
    ("app: Failed to look for updates from server", None),
)


@pytest.mark.parametrize(("text", "expected"), SSHD)
def test_messages_of_sshd_and_pam(text: str, expected: tuple[str, str, bool] | None) -> None:
    seen = attempts(Batch(batch([{"time": START, "text": text}]), 0))
    assert [(a.user, a.source, a.success) for a in seen] == ([expected] if expected else [])


CLOUD: tuple[tuple[dict[str, Any], bool | None], ...] = (
    (
        {
            "eventName": "ConsoleLogin",
            "responseElements.ConsoleLogin": "Failure",
            "userIdentity.userName": "ann",
        },
        False,
    ),
    (
        {
            "eventName": "ConsoleLogin",
            "responseElements.ConsoleLogin": "Success",
            "userIdentity.userName": "ann",
        },
        True,
    ),
    ({"userPrincipalName": "ann", "status.errorCode": 50126}, False),
    ({"userPrincipalName": "ann", "status.errorCode": 0}, True),
    ({"properties.userPrincipalName": "ann", "resultType": "0"}, True),
    ({"outcome.result": "FAILURE", "eventType": "user.session.start", "actor.alternateId": "ann"}, False),
    ({"outcome.result": "FAILURE", "eventType": "app.rename", "actor.alternateId": "ann"}, None),
    ({"event.outcome": "success", "event.category": ["authentication"], "user.name": "Ann"}, True),
    ({"event.outcome": "success", "event.category": ["process"], "user.name": "ann"}, None),
)


@pytest.mark.parametrize(("row", "expected"), CLOUD)
def test_sign_ins_of_clouds(row: dict[str, Any], expected: bool | None) -> None:
    seen = attempts(Batch(batch([{"time": START, **row}], "cloud"), 0))
    assert [(a.user, a.success) for a in seen] == ([] if expected is None else [("ann", expected)])


def entra(
    hours: float, place: str | None = None, lat: float | None = None, lon: float | None = None, **more: Any
) -> dict[str, Any]:
    row: dict[str, Any] = {
        "time": START + hours * HOUR,
        "userPrincipalName": "ann",
        "status.errorCode": 0,
        "ipAddress": "192.0.2.1",
    }
    if place is not None:
        row["location.countryOrRegion"] = place
    if lat is not None:
        row |= {"location.geoCoordinates.latitude": lat, "location.geoCoordinates.longitude": lon}
    return row | more


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([entra(0, "DE"), entra(2, "AU")], True),
        ([entra(0, "DE"), entra(30, "AU")], False),
        ([entra(0, "DE"), entra(0.1, "AT")], False),
        ([entra(0, "Germany"), entra(1, "United States")], True),
        ([entra(0, "DE"), entra(2, "AU", **{"status.errorCode": 50126})], False),
        ([entra(0, "DE"), entra(2, "AU", userPrincipalName="bob")], False),
        ([entra(0, lat=52.5, lon=13.4), entra(1, lat=48.1, lon=11.6)], False),
        ([entra(0, lat=52.5, lon=13.4), entra(1, lat=40.7, lon=-74.0)], True),
        ([entra(0, lat=0, lon=0), entra(1, lat=40.7, lon=-74.0)], False),
        ([entra(0, "Atlantis"), entra(0.5, "Lemuria")], True),
        ([entra(0, "Atlantis"), entra(1.5, "Lemuria")], False),
        ([entra(0), entra(1)], False),
    ],
)
def test_travel(rows: list[dict[str, Any]], told: bool) -> None:
    for ordered in (rows, rows[::-1]):  # a clock that runs backwards changes nothing
        assert bool(found(ordered, "impossible-travel", kind="azure signinlogs")) is told


def test_a_trip_is_told_once_and_not_between_usual_places() -> None:
    rows = [entra(24 * day + hour, place) for day in range(10) for hour, place in ((0, "DE"), (1, "US"))]
    (one,) = found(rows, "impossible-travel")
    assert "“DE”" in one.sentence and "“US”" in one.sentence and one.numbers["km_per_hour"] > 900
    learned = watched([batch(rows)], "impossible-travel").learned()
    later = [entra(24 * 12, "DE"), entra(24 * 12 + 1, "US")]
    assert watched([batch(later)], "impossible-travel", baseline=learned).findings() == []
    assert watched(
        [batch([*later, entra(24 * 12 + 2, "JP")])], "impossible-travel", baseline=learned
    ).findings()


def test_distances() -> None:
    berlin, sydney = at(52.52, 13.40), at(-33.87, 151.21)
    assert berlin is not None and sydney is not None
    far = distance(berlin, sydney)
    assert far == pytest.approx(16_090 - 100, abs=60)  # great circle of 16,090 km, less the two towns
    places = [country(name) for name in ("DE", "PL", "AU", "india", "nowhere")]
    assert distance(places[0], places[1]) == 0.0  # type: ignore[arg-type]
    assert 11_000 < (distance(places[0], places[2]) or 0) < 15_000  # type: ignore[arg-type]
    assert distance(places[0], places[4]) is None  # type: ignore[arg-type]
    assert at(91, 0) is None and at(float("nan"), 0) is None and country("") is None
