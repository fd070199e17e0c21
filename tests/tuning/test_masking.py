"""Masking: what is planted is gone, what is ordinary stays, and a masked text is masked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.tuning.masking import KINDS, Masker, mask, mask_record
from cybersecqwen.tuning.records import Record
from tests.amounts import draws

KEY = "\n".join(
    (
        "-----BEGIN " + "OPENSSH PRIVATE KEY-----",
        "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtz",
        "c2gtZWQyNTUxOQAAACBsVJm0Qm1vP8Yw3kq0Zr7Tn2dXhJ5uLc9aEoGf1RtKwQAA",
        "-----END " + "OPENSSH PRIVATE KEY-----",
    )
)
PLANTED = (
    # kind, the text, what of it must be gone
    ("private-key", KEY, "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU"),
    ("private-key", KEY.partition("-----END")[0], "c2gtZWQyNTUxOQAAACBsVJm0Qm1vP8Yw3kq0Zr7Tn2dXhJ5u"),
    ("secret", "key " + "AKIA" + "QYLPMN5HHHFPZAM2 was used", "AKIAQYLPMN5HHHFPZAM2"),
    ("secret", "password: sunflower", "sunflower"),
    ("secret", "Passwort=Blaue-Tanne,7;x was told", "Blaue-Tanne,7;x"),
    ("secret", '"password": "two words"', "two words"),
    ("secret", "<Password>rose<7garden</Password>", "rose<7garden"),
    ("secret", "curl --password Tr0ub4dor -v", "Tr0ub4dor"),
    ("secret", "net user eva Winter2026! /add", "Winter2026!"),
    ("secret", "ftp://backup:geheim@files.example.com/", "geheim"),
    ("secret", r"net use Z: \\srv\share Winter2026! /user:acme\eva", "Winter2026!"),
    ("secret", r"net use \\srv\share /user:eva Winter2026!", "Winter2026!"),
    ("secret", r"psexec \\srv -u eva -p Winter2026! cmd", "Winter2026!"),
    ("secret", "sshpass -p Winter2026! ssh eva@srv", "Winter2026!"),
    ("secret", "curl -s -u eva:Winter2026! https://x.example/", "Winter2026!"),
    ("secret", "schtasks /create /ru eva /rp Winter2026! /tn job", "Winter2026!"),
    ("secret", "cmdkey /add:srv /user:eva /pass:Winter2026!", "Winter2026!"),
    ("secret", "mysql -u root -pWinter2026! shop", "Winter2026!"),
    ("secret", "ConvertTo-SecureString 'Winter 2026!' -AsPlainText", "Winter 2026!"),
    ("secret", "smbclient //srv/c$ -U eva%Winter2026!", "Winter2026!"),
    ("secret", "plink -pw Winter2026! eva@srv", "Winter2026!"),
    ("secret", 'tool --password "correct horse battery" -v', "horse"),
    ("secret", "mysql://root:p/w0rd@db.example/", "p/w0rd"),
    ("secret", "ftp://root:pa<ss@db.example/", "pa<ss"),
    ("secret", "Authorization: Bearer q8f7w6e5r4t3y2u1", "q8f7w6e5r4t3y2u1"),
    ("secret", "api_key=8f3kd93kfj39fk2", "8f3kd93kfj39fk2"),
    ("e-mail", "mail from anna.schmidt@acme.com came", "anna.schmidt@acme.com"),
    ("e-mail", "mail from anna[@]acme[.]com came", "anna[@]acme"),
    ("iban", "to DE89 3704 0044 0532 0130 00 today", "0044 0532"),
    ("iban", "to GB82WEST12345698765432 today", "WEST1234"),
    ("card", "card 4111 1111 1111 1111 was", "1111 1111"),
    ("card", "card 378282246310005 was", "378282246310005"),
    ("phone", "call +49 (0)170 1234567 now", "1234567"),
    ("phone", "call 0170/1234567 now", "1234567"),
    ("phone", "call 555-123-4567 now", "123-4567"),
    ("phone", "Tel.: 4711 22", "4711"),
    ("national-id", "SSN: 078-05-1120 was", "078-05-1120"),
    ("national-id", "Steuer-ID: 86 095 742 719", "095 742"),
    ("person", "Contact: Anna van der Berg\n", "Berg"),
    ("person", "Kontakt: Müller-Lüdenscheidt, Jörg", "Lüdenscheidt"),
    ("person", "Name: Zoë Quist", "Quist"),
    ("user", "user=jdoe did", "jdoe"),
    ("user", "Account Name:\t\tj.doe\n", "j.doe"),
    ("user", r"C:\Users\jdoe\Desktop", "jdoe"),
    ("user", "/home/jdoe/.ssh", "jdoe"),
    ("user", "<SubjectUserName>jdoe</SubjectUserName>", "jdoe"),
    ("user", '{"user.name": "jdoe"}', "jdoe"),
    ("domain", r"user: ACMENET\jdoe", "ACMENET"),
    ("host", "ComputerName=FIN-WS-22 started", "FIN-WS-22"),
    ("host", "Host: fs01.acme.local was", "fs01"),
    ("address", "from 10.11.12.13 to", "10.11.12.13"),
    ("address", "from 192[.]168[.]7[.]9 to", "168[.]7"),
    ("address", "from fd12:3456:789a::1 to", "fd12:3456"),
)
ORDINARY = (
    "User reported a mail about invoices; the user said that the link was not opened.",
    "powershell.exe -enc JABhAD0A started by explorer.exe at 2026-11-27 07:47:00 +0000 2026.",
    "Connections to 203.0.113.7:443 and 8.8.8.8, sha256 "
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.",
    "Host: login.example.com\nUser-Agent: curl/8.0\nPassword: reset\nAccount: locked",
    r"HKLM\SOFTWARE\Microsoft\Windows\Run, Windows 10.0.19045, event 4625 x 20, C:\Users\Public\a.exe",
    "TargetUserName: SYSTEM, user=root, User: NT AUTHORITY\\SYSTEM, Process Name: Notepad",
    "order 6011 0000 0000 0003",
    "Counted by user (group, department) and per account (two of them).",
    "The basic authentication of the proxy failed with code 0x80070005 for CVE-2026-12345.",
    "ssh -p 2222 srv; docker run -p 8080:80 web; mkdir -p a/b; mysql -p -u root; nmap -p 445 203.0.113.7",
    r"net use Z: \\srv\\share /persistent:yes and net use Z: \\srv\\share * /user:root",
    "see http://proxy.example.com:8080/a@b and git diff -U 100% done; curl -s https://x.example/a:b",
    "ConvertTo-SecureString $line; schtasks /create /tn job /tr cmd.exe",
    "",
)


@pytest.mark.parametrize(("kind", "text", "gone"), PLANTED)
def test_what_is_planted_is_gone(kind: str, text: str, gone: str) -> None:
    masked, counts = mask(text)
    assert gone not in masked
    assert counts.get(kind)
    assert set(counts) <= set(KINDS)
    assert mask(masked) == (masked, {})


@pytest.mark.parametrize("text", ORDINARY)
def test_what_is_ordinary_stays(text: str) -> None:
    assert mask(text) == (text, {})


@draws(100)
@given(st.lists(st.sampled_from((*PLANTED, *(("", text, "") for text in ORDINARY))), max_size=6))
def test_no_planted_value_survives_beside_others(parts: list[tuple[str, str, str]]) -> None:
    masked, _ = mask("\n".join(text for _, text, _ in parts))
    for _, _, gone in parts:
        assert not gone or gone not in masked
    assert mask(masked) == (masked, {})


_PIECES = st.sampled_from(
    (
        *(
            "user=",
            "user: ",
            '"user": "',
            "Contact: ",
            "Name: ",
            "password=",
            "pwd: ",
            '"',
            "'",
            "<",
            ">",
            "</",
            ";",
            ",",
        ),
        *(
            "Anna",
            "Schmidt",
            "jdoe",
            "root",
            "user1",
            "Person2",
            "<secret1>",
            "person1@example.org",
            "DOMAIN1\\",
            "\\",
        ),
        *(
            "10.0.0.1",
            "192.0.2.1",
            "@",
            "acme.com",
            "a@b.de",
            "4111111111111111",
            "DE89370400440532013000",
            "+4917012345",
        ),
        *(
            "host: ",
            "srv-01",
            "host1",
            "C:\\Users\\",
            "/home/",
            "token: ",
            "Bearer ",
            "abc123def456",
            " ",
            "\n",
            ".",
            "=",
        ),
        *(
            "--password ",
            "net user ",
            " /add",
            "net use \\\\srv\\share ",
            "/user:eva ",
            "psexec -p ",
            "mysql -p",
            "curl -u eva:",
            "-U eva%",
            "/rp ",
            "://",
            ":",
            "SSN: ",
            "123456789",
            "-----BEGIN RSA PRIVATE KEY-----",
            "ghp_",
        ),
    )
)


@draws(300)
@given(st.lists(_PIECES | st.text(max_size=8), max_size=25).map("".join))
def test_a_masked_text_stays_as_it_is(text: str) -> None:
    masked, _ = mask(text)
    assert mask(masked) == (masked, {})


@draws(100)
@given(
    st.text(
        alphabet=st.characters(exclude_categories=("Nd", "Cs")).filter(lambda one: one not in "=:>@/\\(<-")
    )
)
def test_text_without_labels_and_digits_stays(text: str) -> None:
    assert mask(text) == (text, {})


def test_placeholders_keep_who_did_what() -> None:
    masker = Masker()
    first, _ = masker.mask("user=jdoe on host=ws-7 from 10.0.0.7; user=eva from 10.0.0.8, then JDOE again")
    assert first == "user=user1 on host=host1 from 192.0.2.1; user=user2 from 192.0.2.2, then user1 again"
    assert masker.mask("eva sent jdoe.pst to 10.0.0.7")[0] == "user2 sent user1.pst to 192.0.2.1"
    assert masker.counts == {"user": 5, "host": 1, "address": 3}


def test_a_placeholder_that_stands_in_the_text_is_not_given_to_another() -> None:
    assert mask("user=user1 and user=eva")[0] == "user=user1 and user=user2"


def test_a_name_is_masked_where_it_stands_alone_but_a_word_is_not() -> None:
    masked, _ = mask("Contact: Mark Winter\nMark was called in winter. Winter will mark it.")
    assert masked == "Contact: Person1\nPerson1 was called in winter. Person1 will mark it."
    assert mask("User: clicked on a link. Nobody else clicked.")[0].endswith("Nobody else clicked.")


def test_a_salutation_and_what_follows_a_name_stay() -> None:
    masked, _ = mask(
        "Kontakt: Frau Dr. Quist, IP 203.0.113.9. Frau Quist rief an. Name: Lee, Ann\nMs Lee left."
    )
    assert masked == (
        "Kontakt: Frau Dr. Person1, IP 203.0.113.9. Frau Person1 rief an. Name: Person2\nMs Person2 left."
    )


def test_a_secret_is_masked_where_nothing_tells_of_it() -> None:
    assert "Sommer2026" not in mask("password: Sommer2026\nHe typed Sommer2026 into the form.")[0]
    assert (
        mask("password: password\nA new password was set.")[0]
        == "password: password\nA new password was set."
    )


def test_addresses_may_stay_and_own_domains_go() -> None:
    assert Masker(addresses=False).mask("10.0.0.7") == ("10.0.0.7", {})
    own = Masker(own_domains=["Acme.com"])
    assert own.mask("srv9.acme.com and www.example.com")[0] == "host1 and www.example.com"


def test_more_private_addresses_than_a_network_holds_stay_apart() -> None:
    masker = Masker()
    masked = {masker.mask(f"10.0.{one // 250}.{one % 250}")[0] for one in range(1500)}
    assert len(masked) == 1500
    assert all(one.startswith(("192.0.2.", "198.51.100.", "203.0.113.", "198.18.")) for one in masked)


@pytest.mark.parametrize(
    "number", ["4111 1111 1111 1112", "DE89 3704 0044 0532 0130 03", "XX12345678901234567890"]
)
def test_numbers_whose_check_digits_do_not_fit_stay(number: str) -> None:
    assert mask(number)[0] == number


def test_a_record_is_masked_in_all_its_parts_alike() -> None:
    record = Record(
        skill="triage-note",
        instructions="Ask jdoe@acme.com.",
        material=(("from Contact: Eva Quist", "jdoe ran a tool"), ("log", "user=jdoe")),
        question="What did jdoe do?",
        answer="jdoe ran it, Quist confirmed.",
        source="own:tickets/1",
    )
    made, counts = mask_record(record)
    assert made.material == (("from Contact: Person1", "user1 ran a tool"), ("log", "user=user1"))
    assert (made.question, made.answer) == ("What did user1 do?", "user1 ran it, Person1 confirmed.")
    assert made.instructions == "Ask person1@example.org."
    assert counts == {"user": 4, "person": 2, "e-mail": 1}
    assert mask_record(made) == (made, {})


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "a",
            "a.",
            "a ",
            "+1",
            "1",
            "(",
            "user=",
            "user:",
            "token:",
            "host:",
            "Contact: ",
            "@",
            "a@",
            "a@b.",
            "'",
            '"',
            "<",
            "DE89",
            "DE89 ",
            "1 ",
            "net user ",
            "net use \\\\a ",
            "net use /user:a ",
        ),
        *(
            "psexec ",
            "psexec -p a ",
            "mysql ",
            "curl -u a",
            "curl -u a:b ",
            "-U a",
            "-U a%",
            "/rp ",
            "convertto-securestring ",
            "://a:b/",
        ),
        *(
            "password=",
            "password=a;",
            "-----BEGIN RSA PRIVATE KEY-----",
            "://a:",
            "\\users\\",
            "Name: A ",
            "Anna, ",
            "0170 ",
        ),
        *(
            "10.",
            "fe80:",
            "--password ",
            "bearer a",
            "ä",
            "\ud800",
            "SSN: 1 ",
            "a-",
            "x=y;",
            "eyJ",
            "[.]",
            "user=a1 a1 ",
        ),
    ],
)
def test_hostile_repetition_ends(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    masked, _ = mask(text)
    assert mask(masked)[0] == masked


def test_runs_of_digits_behind_a_label_end() -> None:
    for value in ("1" * 400, "11an" * 100, "1 1" * 100, "1." * 200):
        masked, _ = mask(f'password="{value}\N{EURO SIGN}" ftp://a:{value}\N{EURO SIGN}@b')
        assert value not in masked
