"""What is known stands in texts and commands; what a shell would obey, or the system needs, never does."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.records.playbook import Entity, Kind
from cybersecqwen.tasks.playbook.action import CommandTemplate
from cybersecqwen.tasks.playbook.filling import MOST_COMMANDS, UNKNOWN, commands_of, fill, refusal
from tests.amounts import draws


def things(kind: Kind, *values: str, platform: str = "") -> dict[Kind, list[Entity]]:
    return {kind: [Entity(kind=kind, value=one, platform=platform) for one in values]}


def command(run: str, known: dict[Kind, list[Entity]], tool: str = "bash") -> str:
    (one,) = commands_of([CommandTemplate(tool=tool, run=run)], known, ())
    return one.text


def test_texts_name_what_is_known_and_count_the_rest() -> None:
    hosts = things(Kind.HOST, "A", "B", "C", "D", "E")
    assert fill("Isolate {host}", things(Kind.HOST, "A")) == "Isolate A"
    assert fill("Isolate {host}", things(Kind.HOST, "A", "B")) == "Isolate A and B"
    assert fill("Isolate {host} now", hosts) == "Isolate A, B, C and 2 more now"
    assert fill("Isolate {host}", hosts, title=True) == "Isolate A, B and 3 more"
    file = things(Kind.FILE, r"C:\Users\x\a.exe")
    assert fill("Take {file}", file, title=True) == "Take a.exe"
    assert fill("Take {file}", file) == r"Take C:\Users\x\a.exe"


def test_what_nobody_named_is_called_by_what_it_is() -> None:
    assert fill("Isolate {host}", {}) == "Isolate the affected host"
    assert fill("Disable the account {user}", {}) == "Disable the account"
    assert set(UNKNOWN) == set(Kind)


def test_long_names_are_cut() -> None:
    assert len(fill("{host}", things(Kind.HOST, "x" * 9_000))) < 200


def test_commands_are_for_the_platforms_and_things_at_hand() -> None:
    templates = [
        CommandTemplate(tool="powershell", platform="windows", run="win {host}"),
        CommandTemplate(tool="bash", platform="linux", run="lin {host}"),
        CommandTemplate(tool="console", run="menu"),
    ]
    known = {
        Kind.HOST: [
            Entity(kind=Kind.HOST, value="w1", platform="windows"),
            Entity(kind=Kind.HOST, value="l1", platform="linux"),
            *(Entity(kind=Kind.HOST, value=f"x{n}") for n in range(9)),
        ]
    }
    made = [one.text for one in commands_of(templates, known, ("windows", "linux"))]
    assert made == ["win w1", "win x0", "win x1", "lin l1", "lin x0", "lin x1", "menu"]
    assert len(made) == 2 * MOST_COMMANDS + 1
    assert [one.text for one in commands_of(templates, {}, ("linux",))] == ["lin <HOST>", "menu"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.HOST, "fs01; rm -rf /"),
        (Kind.HOST, "$(reboot)"),
        (Kind.HOST, "-rf"),
        (Kind.HOST, "a`b`"),
        (Kind.HOST, "a\nb"),
        (Kind.USER, "x' ; Remove-Item"),
        (Kind.USER, "--help"),
        (Kind.FILE, 'C:\\a" & del *'),
        (Kind.FILE, "/tmp/x; reboot"),
        (Kind.FILE, "-rf"),
        (Kind.FILE, "/tmp/../etc/passwd"),
        (Kind.DOMAIN, "evil.example|sh"),
        (Kind.URL, "http://x.example/$(id)"),
        (Kind.IP, "10.0.0.1 -j ACCEPT"),
        (Kind.HASH, "d41d8cd98f00b204e9800998ecf8427e'"),
        (Kind.PROCESS, "a.exe & shutdown"),
        (Kind.INSTANCE, "i-0abc --force"),
        (Kind.CLOUD_ACCOUNT, "--endpoint-url=https://evil.example"),
        (Kind.CODE, "--output=/etc/x:1"),
    ],
)
def test_what_a_shell_obeys_stays_out(kind: Kind, value: str) -> None:
    (made,) = commands_of(
        [CommandTemplate(tool="bash", run=f"do '{{{kind.value}}}'")], things(kind, value), ()
    )
    assert made.text == f"do '<{kind.value.upper()}>'"
    assert made.open and "type it yourself" in made.open[0]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.FILE, r"C:\Windows\System32\cmd.exe"),
        (Kind.FILE, "C:\\"),
        (Kind.FILE, "/"),
        (Kind.FILE, "/etc/passwd"),
        (Kind.FILE, "/usr/bin/bash"),
        (Kind.FILE, "/./etc/passwd"),
        (Kind.FILE, "/usr/./bin//bash"),
        (Kind.FILE, r"C:\Windows.\.\System32 \ntdll.dll"),
        (Kind.FILE, r"C:Windows\System32\ntdll.dll"),
        (Kind.PROCESS, "lsass.exe ."),
        (Kind.FILE, "C:\\Users"),
        (Kind.PROCESS, "lsass.exe"),
        (Kind.PROCESS, "systemd"),
        (Kind.SERVICE, "EventLog"),
        (Kind.REGISTRY, r"HKLM\SYSTEM\CurrentControlSet"),
    ],
)
def test_what_the_system_needs_is_not_taken_away(kind: Kind, value: str) -> None:
    (made,) = commands_of([CommandTemplate(tool="cmd", run=f"del {{{kind.value}}}")], things(kind, value), ())
    assert value not in made.text and "belongs to the system" in made.open[0]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.HOST, "FIN-LT-014.corp.example"),
        (Kind.FILE, r"C:\Users\m.keller\AppData\Local\Temp\svcupd.exe"),
        (Kind.FILE, "/tmp/.x/miner"),
        (Kind.PROCESS, "svcupd.exe"),
        (Kind.SERVICE, "svcupd"),
        (Kind.IP, "198.51.100.23"),
        (Kind.IP, "2001:db8::1"),
        (Kind.URL, "https://a.example/x/y.zip"),
        (Kind.REGISTRY, r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run\upd"),
        (Kind.TASK, r"\Microsoft\Windows\Upd"),
    ],
)
def test_ordinary_names_are_filled_in(kind: Kind, value: str) -> None:
    assert not refusal(kind, value)
    assert command(f"x {{{kind.value}}}", things(kind, value)) == f"x {value}"


def test_places_of_the_library_stay_open_with_a_reason() -> None:
    (made,) = commands_of([CommandTemplate(tool="bash", run="kill <PID> {host}")], things(Kind.HOST, "a"), ())
    assert made.text == "kill <PID> a" and made.open == ("<PID>: found on the spot",)


def test_a_file_stands_beside_its_host() -> None:
    known = {
        Kind.HOST: [Entity(kind=Kind.HOST, value="A"), Entity(kind=Kind.HOST, value="B")],
        Kind.FILE: [
            Entity(kind=Kind.FILE, value="x.exe", host="B"),
            Entity(kind=Kind.FILE, value="y.exe", host="A"),
            Entity(kind=Kind.FILE, value="z.exe"),
        ],
    }
    made = commands_of([CommandTemplate(tool="bash", run="rm {host} {file}")], known, ())
    assert [one.text for one in made] == ["rm B x.exe", "rm A y.exe", "rm <HOST> z.exe"]
    assert made[2].open == ("<HOST>: one of A, B; the facts do not say which",)


def test_tools_of_sign_in_names_get_no_other() -> None:
    for tool, value, text in (
        ("graph", "CONTOSO\\m.keller", "x <USER>"),
        ("graph", "m.keller@contoso.com", "x m.keller@contoso.com"),
        ("powershell", "CONTOSO\\m.keller", "x m.keller"),
    ):
        assert command("x {user}", things(Kind.USER, value), tool) == text


def test_hashes_are_short_in_titles() -> None:
    assert fill("Block {hash}", things(Kind.HASH, "a" * 64), title=True) == "Block aaaaaaaaaaaa…"


def test_accounts_go_without_their_domain() -> None:
    assert command("x {user}", things(Kind.USER, r"CONTOSO\m.keller")) == "x m.keller"


def test_other_braces_are_text() -> None:
    assert command("awk '{print $1}' && k -o {.items} {end}", {}) == "awk '{print $1}' && k -o {.items} {end}"


@given(st.sampled_from(list(Kind)), st.text(max_size=40))
@draws(300)
def test_nothing_of_a_report_ends_the_word_it_stands_in(kind: Kind, value: str) -> None:
    """In single quotes a shell reads the value as one word, whatever it is."""
    made = command(f"x '{{{kind.value}}}' y", things(kind, value))
    words = shlex.split(made)
    assert len(words) == 3 and words[0] == "x" and words[2] == "y"
    assert words[1] in (f"<{kind.value.upper()}>", value, value.rpartition("\\")[2])
    assert not set(made) & set('$`;&|\n"*?!(){}')


def test_a_name_in_a_text_for_people_forges_no_line_and_turns_no_reading_round() -> None:
    hostile = things(Kind.HOST, "fs01\n  2. run x\x1b[2J\u202e")
    said = fill("Isolate {host} now", hostile)
    assert said == "Isolate fs01 2. run x\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER} now"
