"""OpenVEX: what is suppressed, and what is written."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.detect.packages.vex import CONTEXT, apply, read, write
from cybersecqwen.errors import InputError
from cybersecqwen.records import Severity
from cybersecqwen.records.review import PackageFinding, Status
from tests.amounts import draws

from .made import package

URL = "pkg:pypi/acme@1.0"


def finding(**fields: Any) -> PackageFinding:
    made = {"package": package(), "id": "GHSA-a-b-c", "aliases": ("CVE-2025-1",), "kind": "vulnerable"}
    return PackageFinding(**{**made, "title": "A flaw", "severity": Severity.HIGH, **fields})


def document(*statements: dict[str, Any], **fields: Any) -> bytes:
    whole = {
        "@context": CONTEXT,
        "author": "us",
        "timestamp": "2025-01-01T00:00:00Z",
        "statements": statements,
    }
    return json.dumps({**whole, **fields}).encode()


def statement(
    status: str = "not_affected", products: list[Any] | None = None, **fields: Any
) -> dict[str, Any]:
    whole: dict[str, Any] = {"vulnerability": {"name": "CVE-2025-1"}, "status": status}
    whole["products"] = [{"@id": URL}] if products is None else products
    return {**whole, **fields}


def applied(*statements: dict[str, Any], found: PackageFinding | None = None) -> PackageFinding:
    ((told,), _) = apply([found or finding()], read(document(*statements)))
    return told


def test_not_affected_is_suppressed_with_the_reason() -> None:
    told = applied(
        statement(justification="vulnerable_code_not_in_execute_path", impact_statement="No form.")
    )
    assert told.status is Status.SUPPRESSED
    assert told.reason == "VEX: not affected, says us: the vulnerable code is never run; No form."


@pytest.mark.parametrize(
    ("products", "fits"),
    [
        ([{"@id": URL}], True),
        ([{"@id": "pkg:pypi/Acme"}], True),
        ([URL], True),
        ([{"@id": "pkg:pypi/acme@2.0"}], False),
        ([{"@id": "pkg:npm/acme@1.0"}], False),
        ([{"@id": "pkg:generic/app@7", "subcomponents": [{"@id": URL}]}], True),
        ([{"@id": "pkg:generic/app@7"}], False),
        ([{"identifiers": {"purl": URL}}], True),
        ([], True),
    ],
)
def test_which_products_fit(products: list[Any], fits: bool) -> None:
    assert (applied(statement(products=products)).status is Status.SUPPRESSED) is fits


def test_a_version_of_go_fits_with_and_without_its_letter() -> None:
    """Other tools write the "v" that a version of Go has; advisories and our packages have none."""
    go = replace(finding(), package=package("golang.org/x/text", "0.3.5", "Go"))
    for version in ("0.3.5", "v0.3.5"):
        products = [{"@id": f"pkg:golang/golang.org/x/text@{version}"}]
        assert applied(statement(products=products), found=go).status is Status.SUPPRESSED
    assert '"pkg:golang/golang.org/x/text@v0.3.5"' in write([go], author="us", time="2025-01-01T00:00:00Z")


def test_any_name_of_the_problem_fits() -> None:
    for problem in (
        "GHSA-a-b-c",
        {"name": "X-1", "aliases": ["CVE-2025-1"]},
        {"@id": "https://nvd.nist.gov/vuln/detail/CVE-2025-1"},
    ):
        assert applied(statement(vulnerability=problem)).status is Status.SUPPRESSED
    assert applied(statement(vulnerability={"name": "CVE-2025-2"})).status is Status.OPEN


def test_the_newest_statement_counts() -> None:
    old = statement(timestamp="2025-02-01T00:00:00Z")
    new = statement("affected", timestamp="2025-03-01T00:00:00Z")
    assert applied(new, old).status is Status.OPEN
    assert applied(replace_status(new, "fixed"), old).reason.startswith("VEX: fixed")
    assert applied(statement("under_investigation")).status is Status.OPEN


def replace_status(of: dict[str, Any], status: str) -> dict[str, Any]:
    return {**of, "status": status}


def test_statements_that_fit_nothing_are_given_back() -> None:
    statements = read(document(statement(), statement(vulnerability="CVE-1-1")))
    _, unused = apply([finding()], statements)
    assert [one.ids for one in unused] == [("CVE-1-1",)]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"@context": "https://openvex.dev/ns"}',
        document({"status": "not_affected"}),
        document(statement("perhaps")),
        document(statement(products=[{"name": "acme"}])),
        b"[" * 100_000,
    ],
)
def test_what_cannot_be_understood_is_an_error(data: bytes) -> None:
    with pytest.raises(InputError):
        read(data)


def test_what_is_written_is_read_again() -> None:
    found = [
        finding(instead="Update to 2."),
        finding(id="A-2", aliases=(), status=Status.SUPPRESSED, reason="Not used."),
        finding(id="A-3", status=Status.UNLIKELY, reason="In tests."),
        finding(id="", kind="look-alike"),
    ]
    text = write(found, author="us", time="2025-01-01T00:00:00Z")
    assert text == write(found, author="us", time="2025-01-01T00:00:00Z")
    whole = json.loads(text)
    assert [one["status"] for one in whole["statements"]] == [
        "affected",
        "not_affected",
        "under_investigation",
    ]
    assert whole["statements"][0]["action_statement"] == "Update to 2."
    assert whole["@id"].startswith("https://openvex.dev/docs/public/vex-")
    opened = [replace(one, status=Status.OPEN, reason="") for one in found]
    told, unused = apply(opened, read(text.encode()))
    assert [one.status for one in told] == [Status.OPEN, Status.SUPPRESSED, Status.OPEN, Status.OPEN]
    assert "Not used" in told[1].reason and unused == ()


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.sampled_from(["fixed", URL]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["@id", "name", "aliases", "products", "status", "vulnerability"]), inner
        )
    ),
    max_leaves=10,
)


@given(JSON, JSON)
@draws(80)
def test_any_statement_is_read_or_refused(one: Any, other: Any) -> None:
    whole = {
        "@context": CONTEXT,
        "statements": [one, {"vulnerability": other, "status": "fixed", "products": one}],
    }
    try:
        statements = read(json.dumps(whole).encode())
    except InputError:
        return
    apply([finding()], statements)
