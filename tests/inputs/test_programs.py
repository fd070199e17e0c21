"""Fields that single programs write into their messages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.inputs.logs.programs import PROGRAMS


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (
            "Failed password for invalid user x y from 2001:db8::7 port 40001 ssh2",
            {"action": "failed", "method": "password", "user": "x y", "src_ip": "2001:db8::7"},
        ),
        (
            "Accepted publickey for deploy from 192.0.2.7 port 51123 ssh2: ED25519 SHA256:abc",
            {"action": "accepted", "method": "publickey", "user": "deploy", "src_ip": "192.0.2.7"},
        ),
        ("Invalid user admin from 192.0.2.7 port 4", {"action": "invalid user", "user": "admin"}),
        ("Invalid user  from 192.0.2.7", {"user": "", "src_ip": "192.0.2.7", "invalid_user": "true"}),
        (
            "Connection closed by authenticating user root 203.0.113.5 port 40001 [preauth]",
            {"action": "disconnected", "src_ip": "203.0.113.5", "src_port": "40001"},
        ),
        ("Received disconnect from 203.0.113.5: 11: Bye Bye [preauth]", {"src_ip": "203.0.113.5"}),
        ("Server listening on 0.0.0.0 port 22.", {}),
    ],
)
def test_sshd(message: str, fields: dict[str, str]) -> None:
    found = PROGRAMS["sshd"](message)
    assert found.items() >= fields.items() and bool(found) == bool(fields)


def test_a_user_cannot_name_another_address() -> None:
    # What an attacker types as a name stands before the address that sshd itself adds.
    found = PROGRAMS["sshd"](
        "Failed password for invalid user a from 10.0.0.1 port 1 x from 203.0.113.5 port 2 ssh2"
    )
    assert found["src_ip"] == "203.0.113.5"


@given(st.sampled_from(sorted(filter(None, PROGRAMS))), st.text(max_size=300))
def test_any_message_can_be_taken_apart(program: str, message: str) -> None:
    assert all(
        value in message or value.lower() in message.lower() or name in ("action", "invalid_user")
        for name, value in PROGRAMS[program](message).items()
    )
