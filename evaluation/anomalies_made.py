"""Made ordinary months, and anomalies to put into them, for `evaluation.anomalies`.

A small office: people sign in at their own machines in working hours, programs start programs, a web server
answers, two daemons write lines. Amounts are Poisson, sizes log-normal; nothing is taken from real logs.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

START = datetime(2026, 3, 2, tzinfo=UTC).timestamp()  # a Monday
DAY, HOUR = 86_400.0, 3_600.0
DAYS = 30
PEOPLE = 12
LOGON = "Microsoft-Windows-Security-Auditing 4624"
FAILED = "Microsoft-Windows-Security-Auditing 4625"
PROCESS = "Microsoft-Windows-Sysmon 1"
WEB, DAEMON = "web access", "linux daemon"

Row = tuple[str, dict[str, object]]
Rows = list[Row]

CHILDREN = ("outlook.exe", "winword.exe", "excel.exe", "chrome.exe", "notepad.exe")
STEPS = (
    "backup job {n} begins on volume data",
    "backup job {n} copied {n} files to vault",
    "backup job {n} verified against catalogue",
    "backup job {n} ends with status ok",
)
HEALTH = (
    "disk sda temperature is {n} celsius",
    "link eth0 is up at 1000 megabit",
    "clock offset {n} microseconds",
)


def ordinary(draw: random.Random) -> Rows:
    """One month, in order of time."""
    rows: Rows = []
    for hour in range(DAYS * 24):
        day, clock = divmod(hour, 24)
        working = day % 7 < 5 and 8 <= clock < 18
        begin = START + hour * HOUR
        for person in range(PEOPLE):
            host, user = f"pc{person}", f"user{person}"
            for _ in range(_poisson(draw, 0.4 if working else 0.01)):
                rows.append((LOGON, _sign_in(begin + draw.random() * HOUR, host, user)))
                if draw.random() < 0.1:
                    rows.append((FAILED, _sign_in(begin + draw.random() * HOUR, host, user)))
            for _ in range(_poisson(draw, 3.0 if working else 0.2)):
                rows.append(
                    (PROCESS, _start(begin + draw.random() * HOUR, host, user, draw.choice(CHILDREN)))
                )
        for _ in range(_poisson(draw, 30.0 if working else 6.0)):
            rows.append((WEB, _request(begin + draw.random() * HOUR, draw.lognormvariate(9, 1))))
        for step, text in enumerate(STEPS):
            said = text.format(n=1_000 + hour)
            rows.append((DAEMON, {"time": begin + 60 + 300 * step, "host": "nas", "text": said}))
        for _ in range(_poisson(draw, 4.0)):
            said = draw.choice(HEALTH).format(n=draw.randrange(20, 60))
            rows.append((DAEMON, {"time": begin + draw.random() * HOUR, "host": "srv", "text": said}))
    return in_order(rows)


def in_order(rows: Rows) -> Rows:
    """The rows by time."""
    return sorted(rows, key=lambda row: float(str(row[1]["time"])))


def _poisson(draw: random.Random, mean: float) -> int:
    """A Poisson number (Knuth's method: the means are small)."""
    limit, product, n = math.exp(-mean), draw.random(), 0
    while product > limit:
        product *= draw.random()
        n += 1
    return n


def _sign_in(time: float, host: str, user: str, source: str = "", **more: object) -> dict[str, object]:
    row = {"time": time, "host": host, "user": user, "TargetUserName": user, "LogonType": "2"}
    return {**row, "IpAddress": source or f"10.0.0.{user[4:]}", "Country": "DE", **more}


def _start(time: float, host: str, user: str, image: str) -> dict[str, object]:
    parent = r"C:\Windows\explorer.exe"
    return {
        "time": time,
        "host": host,
        "user": user,
        "ParentImage": parent,
        "Image": rf"C:\Program Files\{image}",
    }


def _request(time: float, size: float) -> dict[str, object]:
    return {"time": time, "host": "web", "cs-method": "GET", "sc-status": 200, "sc-bytes": int(size)}


@dataclass(frozen=True, slots=True)
class Case:
    """One sort of anomaly that is put into ordinary rows."""

    name: str
    kind: str
    """Detector that should find it."""
    rows: Callable[[float, random.Random], Rows]
    """The rows to add, given when."""
    without: Callable[[Row, float], bool] = lambda row, when: False
    """Which ordinary rows to take out."""

    def put(self, base: Rows, draw: random.Random) -> tuple[Rows, float]:
        """The rows with the anomaly, and its time: in the later half, on a working day at noon or so."""
        day = draw.choice([d for d in range(DAYS * 2 // 3, DAYS - 2) if d % 7 < 5])
        when = START + day * DAY + draw.uniform(10, 15) * HOUR
        kept = [row for row in base if not self.without(row, when)]
        return in_order([*kept, *self.rows(when, draw)]), when


def _text(said: str) -> Callable[[float, random.Random], Rows]:
    return lambda when, _: [(DAEMON, {"time": when, "host": "srv", "text": said})]


def _new_user(when: float, draw: random.Random) -> Rows:
    person = draw.randrange(1, PEOPLE)
    return [(LOGON, _sign_in(when, "pc0", f"user{person}"))]


def _shell(when: float, draw: random.Random) -> Rows:
    person = draw.randrange(PEOPLE)
    return [(PROCESS, _start(when, f"pc{person}", f"user{person}", "powershell.exe"))]


def _guessing(when: float, draw: random.Random) -> Rows:
    user = f"user{draw.randrange(PEOPLE)}"
    tries: Rows = [(FAILED, _sign_in(when + 10 * i, "pc0", user, "203.0.113.7")) for i in range(40)]
    return [*tries, (LOGON, _sign_in(when + 420, "pc0", user, "203.0.113.7"))]


def _spraying(when: float, draw: random.Random) -> Rows:
    del draw
    return [(FAILED, _sign_in(when + 60 * i, "pc0", f"user{i}", "203.0.113.7")) for i in range(PEOPLE)]


def _travel(when: float, draw: random.Random) -> Rows:
    user = f"user{draw.randrange(PEOPLE)}"
    here: Row = (LOGON, _sign_in(when - 600, "vpn", user))
    return [here, (LOGON, _sign_in(when, "vpn", user, "198.51.100.7", Country="AU"))]


def _flood(when: float, draw: random.Random) -> Rows:
    return [(WEB, _request(when + draw.random() * 600, draw.lognormvariate(9, 1))) for _ in range(600)]


def _backup_line(row: Row, when: float) -> bool:
    """The verification of the first backup after a time."""
    kind, fields = row
    near = 0 <= float(str(fields["time"])) - when < HOUR
    return kind == DAEMON and near and "verified" in str(fields.get("text"))


def _from_web(row: Row, when: float) -> bool:
    return row[0] == WEB and 0 <= float(str(row[1]["time"])) - when < 30 * HOUR


CASES = (
    Case("a message never seen", "new-template", _text("kernel panic not syncing attempted to kill init")),
    Case(
        "a kind of record never seen on a host",
        "new-template",
        lambda when, _: [("Security 1102", {"time": when, "host": "pc1"})],
    ),
    Case("a user on another's machine", "new-pair", _new_user),
    Case("a new child of explorer", "new-pair", _shell),
    Case(
        "a new kind of sign-in",
        "unusual-value",
        lambda when, _: [(LOGON, _sign_in(when, "pc1", "user1", LogonType="10"))],
    ),
    Case("an answer of 5 GB", "unusual-value", lambda when, _: [(WEB, _request(when, 5e9))]),
    Case("a backup that was not verified", "broken-sequence", lambda when, _: [], _backup_line),
    Case("600 requests in ten minutes", "rate-change", _flood),
    Case("a web server silent for 30 hours", "rate-change", lambda when, _: [], _from_web),
    Case("40 failures, then a success", "brute-force", _guessing),
    Case("12 users failing once each", "password-spraying", _spraying),
    Case("Germany, ten minutes later Australia", "impossible-travel", _travel),
)
