"""Which records a rule's logsource means."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.rows.kinds import kind
from cybersecqwen.detect.sigma.logsource import admits, unbound
from cybersecqwen.detect.sigma.model import Logsource

STARTS = kind("evtx", "windows", "security", "process_creation", code="4688")
SETS = kind("evtx", "windows", "sysmon", "registry_set", code="13")
BUS = kind("evtx", "windows", "servicebus-client")
LINUX = kind("evtx", "linux", "sysmon", "process_creation", code="1")
UNKNOWN = kind("generic")


@pytest.mark.parametrize(
    ("logsource", "admitted"),
    [
        (Logsource(product="windows", category="process_creation"), [STARTS]),
        (Logsource(category="process_creation"), [STARTS, LINUX]),
        (Logsource(product="windows", service="security"), [STARTS]),
        (Logsource(product="windows"), [STARTS, SETS, BUS]),
        (Logsource(product="windows", category="registry_event"), [SETS]),
        (Logsource(product="windows", category="registry_set"), [SETS]),
        (Logsource(product="windows", category="registry_delete"), []),
        (Logsource(product="windows", service="microsoft-servicebus-client"), [BUS]),
        (Logsource(product="windows", category="process_creation", service="sysmon"), []),
        (Logsource(), [STARTS, SETS, BUS, LINUX, UNKNOWN]),
        (Logsource(product="macos"), []),
    ],
)
def test_every_named_part_must_agree(logsource: Logsource, admitted: list[object]) -> None:
    kinds = [STARTS, SETS, BUS, LINUX, UNKNOWN]
    assert [one for one in kinds if admits(logsource, one)] == admitted


@pytest.mark.parametrize(
    ("logsource", "met"),
    [
        (Logsource(product="windows", category="process_creation"), True),
        (Logsource(product="macos", category="image_load"), True),
        (Logsource(product="zeek", service="any_log_at_all"), True),
        (Logsource(product="jvm", category="application"), True),
        (Logsource(product="linux", service="vsftpd"), True),
        (Logsource(category="webserver"), True),
        (Logsource(product="windows", service="no-such-channel"), False),
        (Logsource(product="qflow"), False),
        (Logsource(product="linux", category="registry_set"), False),
    ],
)
def test_logsources_that_nothing_meets_are_named(logsource: Logsource, met: bool) -> None:
    assert (unbound(logsource) == "") is met
