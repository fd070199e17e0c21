"""The base score against the specification's properties and published examples."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.errors import InputError
from cybersecqwen.specialists.cvss_score import METRICS, base_score, metrics, rating, roundup, vector

ANY = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in METRICS.items()})

# Worst first, so that a later value may never score higher (specification, section 7.4).
ORDER = {"AV": "NALP", "AC": "LH", "PR": "NLH", "UI": "NR", "C": "HLN", "I": "HLN", "A": "HLN"}


@pytest.mark.parametrize(
    ("given_vector", "score"),
    [
        # FIRST, "CVSS v3.1 Examples": the scores stand there beside the vectors.
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4),  # CVE-2013-0375
        ("CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1),  # CVE-2014-3566
        ("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9),  # CVE-2012-1516
        ("CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 4.2),  # CVE-2009-0783
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5),  # CVE-2014-0160
        ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8),
        ("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 6.8),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", 0.0),
    ],
)
def test_published_scores(given_vector: str, score: float) -> None:
    assert base_score(given_vector) == score


def exact(values: dict[str, str]) -> float:
    """The equations again in decimal arithmetic, where nothing needs the appendix's care."""
    weight = {"H": Decimal("0.56"), "L": Decimal("0.22"), "N": Decimal(0)}
    reach = {"N": Decimal("0.85"), "A": Decimal("0.62"), "L": Decimal("0.55"), "P": Decimal("0.2")}
    effort = {"L": Decimal("0.77"), "H": Decimal("0.44")}
    person = {"N": Decimal("0.85"), "R": Decimal("0.62")}
    changed = values["S"] == "C"
    rights = {"N": Decimal("0.85"), "L": Decimal("0.68" if changed else "0.62")}
    rights["H"] = Decimal("0.5" if changed else "0.27")
    iss = 1 - (1 - weight[values["C"]]) * (1 - weight[values["I"]]) * (1 - weight[values["A"]])
    if changed:
        impact = Decimal("7.52") * (iss - Decimal("0.029")) - Decimal("3.25") * (iss - Decimal("0.02")) ** 15
    else:
        impact = Decimal("6.42") * iss
    if impact <= 0:
        return 0.0
    ease = Decimal("8.22") * reach[values["AV"]] * effort[values["AC"]]
    ease *= rights[values["PR"]] * person[values["UI"]]
    total = min((impact + ease) * (Decimal("1.08") if changed else 1), Decimal(10))
    # The appendix takes what is within half of 1e-5 above a decimal for that decimal.
    return float(total.quantize(Decimal("0.00001")).quantize(Decimal("0.1"), rounding=ROUND_CEILING))


@given(ANY)
def test_agrees_with_decimal_arithmetic(values: dict[str, str]) -> None:
    assert base_score(vector(values)) == exact(values)


@given(ANY)
def test_a_vector_goes_round(values: dict[str, str]) -> None:
    assert metrics(vector(values)) == values


@given(ANY, st.sampled_from(sorted(ORDER)), st.data())
def test_a_milder_metric_never_scores_higher(values: dict[str, str], name: str, data: st.DataObject) -> None:
    order = ORDER[name]
    worse, milder = sorted(
        data.draw(st.tuples(st.sampled_from(order), st.sampled_from(order))), key=order.index
    )
    assert base_score(vector({**values, name: milder})) <= base_score(vector({**values, name: worse}))


@given(ANY)
def test_scores_have_one_decimal_and_a_rating(values: dict[str, str]) -> None:
    score = base_score(vector(values))
    assert 0 <= score <= 10 and round(score, 1) == score
    assert (rating(score) == "none") == (score == 0)


@given(st.integers(0, 1_000_000))
def test_roundup_is_the_appendix(hundred_thousandths: int) -> None:
    up = roundup(hundred_thousandths / 100_000)
    assert up == -(-hundred_thousandths // 10_000) / 10


def test_other_metrics_say_nothing_of_the_base_score() -> None:
    plain = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
    assert base_score(plain + "/E:U/RL:O/CR:L/MAV:P") == base_score(plain)


@given(st.text(max_size=80))
def test_anything_else_is_an_input_error(text: str) -> None:
    with pytest.raises(InputError):
        metrics(text)
    with pytest.raises(InputError):
        metrics("CVSS:3.1/" + text)


@pytest.mark.parametrize(
    "wrong",
    [
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
        "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "CVSS:4.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        "AV:N/AC:L/Au:N/C:P/I:P/A:P",
        "CVSS:3.1/" + "AV:N/" * 10_000,
    ],
)
def test_wrong_vectors_are_named(wrong: str) -> None:
    with pytest.raises(InputError) as caught:
        base_score(wrong)
    assert len(caught.value.message) < 200
