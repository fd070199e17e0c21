"""What is new: templates, kinds, pairs, values, sequences; and when it must not be told."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.anomalies.observed import Anomaly
from cybersecqwen.detect.lines import TemplateMiner
from cybersecqwen.records import Severity

from .made import DAY, HOUR, START, batch, batches, every, found, watched

LATE = START + 9 * DAY + 7


def ordinary(days: float = 10) -> list[dict[str, object]]:
    """Three users on their own hosts, three kinds of message, every ten minutes."""
    words = ("opened", "closed", "checked")
    return every(
        600,
        days,
        lambda i: {
            "host": f"pc{i % 3}",
            "user": f"user{i % 3}",
            "text": f"session {words[i % 3]} for user{i % 3} in {10 + i % 7} ms",
            "LogonType": (2, 3, 3)[i % 3],
            "ParentImage": r"C:\Windows\explorer.exe",
            "Image": (r"C:\Windows\notepad.exe", r"C:\Windows\calc.exe")[i % 2],
        },
    )


def only_one(anomalies: list[Anomaly]) -> Anomaly:
    assert len(anomalies) == 1, [a.sentence for a in anomalies]
    return anomalies[0]


def at(rows: list[dict[str, object]], time: float, **fields: object) -> list[dict[str, object]]:
    """The rows with one more at a time."""
    near = min(rows, key=lambda row: abs(float(str(row["time"])) - time))
    more = {**near, "time": time, **fields}
    return sorted((*rows, more), key=lambda row: float(str(row["time"])))


@pytest.mark.parametrize("kind", ["new-template", "new-pair", "unusual-value", "broken-sequence"])
def test_ordinary_days_give_nothing(kind: str) -> None:
    assert found(ordinary(), kind) == []


def test_a_new_message_is_told_with_its_line_and_numbers() -> None:
    rows = at(ordinary(), LATE, text="kernel panic not syncing attempted to kill init")
    one = only_one(found(rows, "new-template"))
    assert "kernel panic" in one.sentence and "kernel panic" in one.template
    (source, text), *rest = one.lines
    assert text == "kernel panic not syncing attempted to kill init" and not rest
    assert source.record == 1 + next(i for i, row in enumerate(rows) if row["time"] == LATE)
    assert (one.count, one.first, one.last, one.hosts) == (1, LATE, LATE, ("pc0",))
    assert one.numbers["expected_per_day"] < 1 and one.numbers["different_before"] == 3
    assert one.numbers["records_before"] == source.record - 1


def test_nothing_is_new_while_an_input_is_learned_from() -> None:
    early = START + 4.9 * DAY
    assert found(at(ordinary(), early, text="kernel panic attempted to kill init"), "new-template") == []


def test_less_than_two_days_are_too_little_history() -> None:
    rows = at(ordinary(0.9), START + 0.8 * DAY, text="kernel panic attempted to kill init")
    assert found(rows, "new-template") == []


def test_few_records_are_too_little_history() -> None:
    rows = [row for i, row in enumerate(ordinary()) if i % 20 == 0]  # 72 records in ten days
    assert found(at(rows, LATE, text="kernel panic attempted to kill init"), "new-template") == []


def test_where_something_new_comes_every_few_hours_one_more_is_not_told() -> None:
    rows = ordinary()
    words = [chr(97 + i) * 4 for i in range(18)]
    for i in range(80):
        name = words[i % 18] * (1 + i // 18)
        rows = at(rows, START + i * 3 * HOUR, text=" ".join([name] * (3 + i % 5)))
    assert found(rows, "new-template") == []


def test_what_comes_together_is_told_once() -> None:
    rows = ordinary()
    for i, text in enumerate(
        ("update begun now", "package libc replaced by newer", "reboot wanted by the updater")
    ):
        rows = at(rows, LATE + i * 60, text=text)
    one = only_one(found(rows, "new-template"))
    assert one.count == 3 and one.numbers["new_together"] == 3 and len(one.lines) == 3


def test_without_times_records_are_counted_instead() -> None:
    rows = [{k: v for k, v in row.items() if k != "time"} for row in ordinary(200)]  # 28,800 records
    rows[-50] = {**rows[-50], "text": "kernel panic not syncing attempted to kill init"}
    one = only_one(found(rows, "new-template"))
    assert one.first is None and "an unknown time" in one.sentence and "the input" in one.sentence


def test_a_kind_of_record_new_to_a_host() -> None:
    rows = [{"time": row["time"], "host": row["host"]} for row in ordinary()]
    observed = [
        *batches(rows, "Security 4624"),
        batch([{"time": LATE, "host": "pc1"}], "Security 1102", first=9_999),
    ]
    one = only_one(watched(observed, "new-template").findings())
    assert "Security 1102" in one.sentence and one.hosts == ("pc1",)
    assert one.lines[0][1] == "Security 1102"


def test_a_user_on_another_host() -> None:
    one = only_one(found(at(ordinary(), LATE, user="user0", host="pc2"), "new-pair"))
    assert "“user0”" in one.sentence and "“pc2”" in one.sentence and one.users == ("user0",)


def test_a_new_child_of_a_parent() -> None:
    rows = at(ordinary(), LATE, Image=r"C:\Windows\System32\cmd.exe")
    one = only_one(found(rows, "new-pair"))
    assert r"explorer.exe” started “c:\windows\system32\cmd.exe" in one.sentence


def test_numbers_in_paths_are_no_new_child() -> None:
    rows = ordinary()
    for i, row in enumerate(rows):
        row["Image"] = rf"C:\Users\person{i % 4}\AppData\Local\Temp\{i}\setup.exe"
    assert found(rows, "new-pair") == []


def test_a_new_value_of_a_field_with_few() -> None:
    one = only_one(found(at(ordinary(), LATE, LogonType=10), "unusual-value"))
    assert "“LogonType”" in one.sentence and "“10”" in one.sentence and "2 values" in one.sentence


def test_a_field_that_holds_anything_has_no_new_value() -> None:
    rows = ordinary()
    for i, row in enumerate(rows):
        row["LogonType"] = i % 100 if i < 1_300 else i
    assert found(rows, "unusual-value") == []


def test_a_new_value_of_a_parameter_of_text() -> None:
    rows = every(300, 10, lambda i: {"host": "a", "text": f"mode of timer set to {i % 3} by uid 0"})
    one = only_one(found(at(rows, LATE, text="mode of timer set to 7 by uid 0"), "unusual-value"))
    assert "“7”" in one.sentence and "“to”" in one.sentence


def test_a_new_address_in_text_is_no_news() -> None:
    rows = every(300, 10, lambda i: {"host": "a", "text": f"peer rhost=192.0.2.{i % 3} joined group 5"})
    assert found(at(rows, LATE, text="peer rhost=198.51.100.9 joined group 5"), "unusual-value") == []


def test_a_number_far_beyond_all_before() -> None:
    rows = every(600, 10, lambda i: {"host": "a", "sc-bytes": 1_000 + (i * 7_919) % 900})
    one = only_one(found(at(rows, LATE, **{"sc-bytes": 9_000_000}), "unusual-value"))
    assert "9e+06" in one.sentence and one.numbers["value"] == 9_000_000 and one.numbers["robust_z"] > 3.5
    assert found(at(rows, LATE, **{"sc-bytes": 2_500}), "unusual-value") == []


def test_a_number_large_among_numbers_of_all_sizes_is_not_told() -> None:
    rows = every(600, 10, lambda i: {"host": "a", "sc-bytes": 2 ** ((i * 7_919) % 23)})
    assert found(at(rows, LATE, **{"sc-bytes": 2**26}), "unusual-value") == []


def test_a_step_that_never_followed() -> None:
    texts = (
        "connect request received here",
        "credentials were checked fine",
        "session began for client",
        "bye bye then",
    )
    rows = every(300, 10, lambda i: {"host": "a", "text": texts[i % 4]})
    skipped = [row for row in rows if not LATE < float(str(row["time"])) < LATE + 600]  # one line is missing
    assert found(rows, "broken-sequence") == []
    one = only_one(found(skipped, "broken-sequence"))
    assert one.lines[0][1] in texts and "for the first time" in one.sentence


def test_steps_are_followed_for_each_host_and_over_kinds() -> None:
    """Two hosts whose lines mix, and two kinds that come in batches of their own."""
    miner = TemplateMiner()
    observed = []
    for day in range(10):
        for part in range(10):
            base, first = START + day * DAY + part * 8_000, 1 + 1_000 * (10 * day + part)
            one = batch([{"time": base + i * 20, "host": f"h{i % 2}"} for i in range(40)], "A", first=first)
            two = batch(
                [{"time": base + i * 20 + 10, "host": f"h{i % 2}"} for i in range(40)], "B", first=first
            )
            one.numbers = [first + 4 * (i // 2) + i % 2 for i in range(40)]
            two.numbers = [first + 4 * (i // 2) + 2 + i % 2 for i in range(40)]
            observed += [one, two]
    assert watched(observed, "broken-sequence", miner=miner).findings() == []
    skipping = observed[-2]
    skipping.numbers = [*skipping.numbers[:20], *(n + 3 for n in skipping.numbers[20:])]
    wrong = watched(observed, "broken-sequence", miner=miner).findings()
    assert {a.kind for a in wrong} == {"broken-sequence"}


def test_a_template_is_rare_only_in_a_long_log() -> None:
    def rows(n: int) -> list[dict[str, object]]:
        step = 10 * DAY / n
        made = every(step, 10, lambda i: {"host": "a", "text": f"request {i} served from cache"})
        return at(made, START + 2 * DAY, text="certificate of peer was refused by policy")

    one = only_one(found(rows(6_000), "rare-template"))
    assert one.numbers["lines"] == 1 and one.severity is Severity.LOW
    assert found(rows(4_000), "rare-template") == []


def test_many_rare_templates_are_none() -> None:
    rows = every(144, 10, lambda i: {"host": "a", "text": f"request {i} served from cache"})
    for i in range(30):
        rows = at(rows, START + 1_000 * i, text=" ".join(["only", chr(97 + i % 26) * 3, *["x"] * (i + 2)]))
    assert found(rows, "rare-template") == []
