"""What a responder would miss, or shake their head at, in playbooks for incidents in words."""

from __future__ import annotations

import pytest

from cybersecqwen.knowledge.store import Store
from cybersecqwen.tasks.playbook.environment import Environment
from cybersecqwen.tasks.playbook.library import Library
from cybersecqwen.tasks.playbook.planning import plan
from cybersecqwen.tasks.playbook.words import facts_of_words

LIBRARY = Library.shipped()
EXPECTED: dict[str, str] = {
    "ransomware on a file server": (
        "host-isolate people-backups-protect identity-disable-account people-legal-duties-check "
        "ransomware-identify host-reimage data-restore"
    ),
    "phishing mail with a malicious attachment": (
        "email-message-collect email-receivers-list email-readers-list email-message-quarantine "
        "identity-revoke-sessions identity-reset-password email-message-purge"
    ),
    "leaked AWS access key in GitHub": (
        "cloud-list-calls-of-key cloud-disable-access-key cloud-revoke-role-sessions "
        "cloud-rotate-secrets cloud-delete-access-key"
    ),
    "mailbox forwarding rule after a phish": (
        "email-rules-list identity-revoke-sessions identity-reset-password email-rules-remove "
        "email-payments-hold people-fraud-recall identity-reregister-mfa"
    ),
    "golden ticket in the domain": (
        "identity-review-dcsync-rights identity-reset-krbtgt-first identity-reset-krbtgt-second "
        "identity-export-logs"
    ),
    "cryptominer in a Kubernetes cluster": (
        "kubernetes-capture-pod kubernetes-isolate-pod kubernetes-delete-pod "
        "kubernetes-rotate-service-account-tokens"
    ),
    "stolen laptop": (
        "people-lost-device-report identity-revoke-sessions device-lock device-wipe "
        "people-police-report people-legal-duties-check"
    ),
    "DDoS against the web shop": (
        "network-denial-measure network-denial-limit network-denial-upstream network-denial-lift"
    ),
    "web shell on an Exchange server": (
        "host-collect-memory webshell-find host-isolate webshell-remove host-patch"
    ),
    "CEO fraud": "people-fraud-recall email-payments-hold email-supplier-call-back people-police-report",
    "T1078.004": (
        "identity-revoke-sessions identity-disable-account cloud-disable-access-key identity-list-logons"
    ),
    "T1195.002": "host-isolate people-provider-access-suspend application-roll-back host-reimage",
}
"""Words → steps that must be there."""
NONSENSE: dict[str, str] = {
    "leaked AWS access key in GitHub": ("saas-suspend-user saas-revoke-sessions network-user-traffic-block"),
    "mailbox forwarding rule after a phish": "host-isolate host-collect-memory",
    "golden ticket in the domain": "hash-block",
    "stolen laptop": (
        "host-isolate host-collect-memory host-collect-triage host-list-sessions "
        "identity-remove-rogue-account"
    ),
    "DDoS against the web shop": "people-scope-set host-isolate",
    "web shell on an Exchange server": "file-analyse-jar network-edge-device-check service-disable",
    "CEO fraud": "people-ransom-decide network-url-block network-sources-check hash-block",
    "T1078.004": "network-user-traffic-unblock",
}
"""Words → steps that fit something else."""
FIRST: dict[str, tuple[str, str]] = {
    "leaked AWS access key in GitHub": ("cloud-disable-access-key", "cloud-deny-identity"),
    "mailbox forwarding rule after a phish": ("identity-revoke-sessions", "email-message-quarantine"),
    "golden ticket in the domain": ("identity-reset-krbtgt-first", "identity-reset-krbtgt-second"),
    "ransomware on a file server": ("host-reimage", "data-restore"),
    "CEO fraud": ("people-fraud-recall", "email-domain-block"),
    "web shell on an Exchange server": ("webshell-find", "webshell-remove"),
    "T1078.004": ("identity-reset-password", "identity-revoke-sessions"),
    "impossible travel": ("identity-disable-account", "identity-revoke-sessions"),
}


def steps_for(words: str, store: Store) -> list[str]:
    facts = facts_of_words(words, store)
    return [one.action for one in plan(facts, Environment(), LIBRARY, store).steps]


@pytest.mark.parametrize("words", EXPECTED)
def test_what_is_essential_is_there(words: str, store: Store) -> None:
    have = steps_for(words, store)
    assert not set(EXPECTED[words].split()) - set(have)
    assert not set(NONSENSE.get(words, "").split()) & set(have)
    assert len(have) <= 58


@pytest.mark.parametrize("words", FIRST)
def test_what_others_wait_for_comes_first(words: str, store: Store) -> None:
    have = steps_for(words, store)
    first, second = FIRST[words]
    assert first in have and (second not in have or have.index(first) < have.index(second))


def test_records_that_are_ours_are_never_those_of_the_attacker() -> None:
    for id in ("email-domain-authentication-harden", "email-own-domain-authentication-check"):
        assert not LIBRARY.by_id[id].acts_on


@pytest.mark.parametrize("id", ["file-remove", "host-reimage"])
def test_nothing_is_deleted_where_its_check_failed(id: str) -> None:
    for command in LIBRARY.by_id[id].commands:
        if command.tool in ("bash", "zsh"):
            assert " --check " in command.run and ";" not in command.run, command.run
