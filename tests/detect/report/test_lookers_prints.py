"""User agents, fingerprints of files and TLS, certificates, packages; each text is our own."""

from __future__ import annotations

import pytest

from cybersecqwen.detect.report.interface import Looker
from cybersecqwen.detect.report.lookers_agents import AGENT
from cybersecqwen.detect.report.lookers_certificates import CERTIFICATE
from cybersecqwen.detect.report.lookers_fingerprints import IMPHASH, JA3, JA4, SSDEEP, TLSH
from cybersecqwen.detect.report.lookers_packages import PACKAGE

from .lookers import found, values

BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0"
    " Safari/537.36"
)
OLD = "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)"
H32 = "0123456789abcdef0123456789abcdee"
G32 = "fedcba9876543210fedcba9876543211"
H40 = "0123456789abcdef0123456789abcdef01234567"
H64 = "0123456789abcdef" * 4
PAIRS = ":".join(H40[at : at + 2] for at in range(0, 40, 2))
# Of our own making, in the form of the format
FUZZY = "768:v7Xnd1jkLq3Wm9Zr/aB+Yc8Tt2Pp5Oo4Ii:v7X1jkLq3Wm9Z/aBY8T2P5O4I"
TLSH70 = "0A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C"

AGENTS: tuple[tuple[str, list[str]], ...] = (
    (f"GET / HTTP/1.1\nHost: a.example\nUser-Agent: {BROWSER}\nAccept: */*", [BROWSER]),
    (f"Its user agent is {BROWSER}.", [BROWSER]),
    (f"It sends “{OLD}” with each request.", [OLD]),
    (f"{BROWSER[:60]}\n{BROWSER[61:]} was seen", [BROWSER]),
    (f"{BROWSER}\n{OLD}", [BROWSER, OLD]),
    (f"User-Agent: {OLD}Content-Type: text/plain", [OLD]),
    ("The user agent string “WinHTTP Loader/1.0” is hard-coded.", ["WinHTTP Loader/1.0"]),
    ("User-Agent: Testing", ["Testing"]),
    ("curl -H 'User-Agent: abc def' http://a.example", ["abc def"]),
    ("requests with the user agent python-requests/2.28.1 came", ["python-requests/2.28.1"]),
    ('"curl/8.1.2" was in the logs', ["curl/8.1.2"]),
    ("we saw Go-http-client/1.1, then nothing", ["Go-http-client/1.1"]),
    ('"user-agent": "okhttp/4.9"', ["okhttp/4.9"]),
    ("user agents such as ‘sqlmap/1.7#stable (https://sqlmap.org)’", ["sqlmap/1.7#stable (https://sqlmap.org)"]),
    ('User-Agent\tDalvik/2.1.0 (Linux; U; Android 9)', ["Dalvik/2.1.0 (Linux; U; Android 9)"]),
    ("The user-agent name is “cur1-agent“, and", ["cur1-agent"]),
    (f"loginUser-agent{OLD}–Web", [OLD]),
    ("User-Agent: *\nDisallow: /", []),
    ("User-Agent: <random>", []),
    ('"user-agent": null', []),
    ("It checks the user agent of the browser first.", []),
    ("The user-agent header and the cookie are compared.", []),
    ("content:\"User-Agent|3a 20|\"; http_header;", []),
    ("Mozilla/5.0 is a prefix of most", []),
    ("github.example/curl/8 has the code", []),
    ("The user agent “must be checked” by hand.", []),
)  # fmt: skip

PRINTS: tuple[tuple[Looker, str, list[str]], ...] = (
    (SSDEEP, f"ssdeep: {FUZZY}", [FUZZY]),
    (SSDEEP, f"{FUZZY},\"a.exe\"", [FUZZY]),
    (SSDEEP, "ssdeep\t3:AbC:dE", ["3:AbC:dE"]),
    (SSDEEP, FUZZY.replace("768:", "769:"), []),
    (SSDEEP, "seen at 12:34567890:12345678 and 12:30:45", []),
    (SSDEEP, "24:abcdefghij:abcdefgh", []),
    (SSDEEP, "urn:3:AbCdEfGhIjKl:MnOpQr:x", []),
    (SSDEEP, "192:" + "AbC1" * 17 + ":AbC1", []),
    (TLSH, f"T1{TLSH70}", [f"T1{TLSH70}"]),
    (TLSH, f"TLSH: {TLSH70.lower()}", [TLSH70]),
    (TLSH, TLSH70, []),
    (TLSH, f"T1{TLSH70}0", []),
    (TLSH, f"xT1{TLSH70}", []),
    (JA3, f"JA3: {H32}", [H32]),
    (JA3, f"the JA3 hash of {H32.upper()} and", [H32]),
    (JA3, f"JA3 fingerprints:\n{H32}\n{G32}\n\nMD5\n{H40[:32]}", [H32, G32]),
    (JA3, f"the server answers with JA3S {H32}", []),
    (JA3, f"name   JA3         JA4\nfirst  {H32}  x\nnext   {G32}  y\n\nz      {H32}", [H32, G32]),
    (JA3, f"name,ja3,md5\na,{H32},{G32}\nb,{G32},{H32}", [H32, G32]),
    (JA3, f"name,ja3s,md5\na,{H32},{G32}", []),
    (IMPHASH, f"sha1,tlsh,imphash\n{H40},T1,{H32}\n{H40},T1,{G32}", [H32, G32]),
    (CERTIFICATE, f"Certificates of the group (SHA-1 fingerprints):\n- {PAIRS}, \"One\"\n- {H40} Two\nend",
     [H40, H40]),
    (CERTIFICATE, f"Certificates of the group (SHA-1 fingerprints):\n{PAIRS} One\n\n{H40}", [H40]),
    (CERTIFICATE, f"cert = {H40}", [H40]),
    (CERTIFICATE, f"cert = {H32}", []),
    (JA3, f"{H32} (JA3)", [H32]),
    (JA3, f"JA3 {H32}, MD5 {G32}", [H32]),
    (JA3, f"JA3 is known. MD5: {G32}", []),
    (JA3, f"ninja3 {G32}", []),
    (JA3, f"JA3: {H40}", []),
    (IMPHASH, f"imphash\t{H32}", [H32]),
    (IMPHASH, f"pe.imphash() == \"{H32}\"", [H32]),
    (IMPHASH, f"MD5 {G32}, import hash {H32}", [H32]),
    (IMPHASH, f"imphash unknown, md5 {G32}", []),
    (JA4, "t13d1516h2_8daaf6152771_b186095e22b6", ["t13d1516h2_8daaf6152771_b186095e22b6"]),
    (JA4, "JA4X 2bab15409345_af684594efb4_000000000000", ["2bab15409345_af684594efb4_000000000000"]),
    (JA4, "JA4S=t130200_1301_a56c5b993250", ["t130200_1301_a56c5b993250"]),
    (JA4, "JA4H: ge11cn20enus_60ca1bd65281_ac95b44401d9_8df6a44f726c",
     ["ge11cn20enus_60ca1bd65281_ac95b44401d9_8df6a44f726c"]),
    (JA4, "JA4T 64240_2-1-3-1-1-4_1460_8", ["64240_2-1-3-1-1-4_1460_8"]),
    (JA4, "JA4SSH c76s76_c71s59_c0s70", ["c76s76_c71s59_c0s70"]),
    (JA4, "2bab15409345_af684594efb4_000000000000", []),
    (JA4, "t13d1516h2_8daaf6152771_b186095e22b67", []),
    (CERTIFICATE, f"signed with a certificate with the thumbprint {H40.upper()}.", [H40]),
    (CERTIFICATE, f"SHA-1 fingerprint of the TLS certificate: {PAIRS}", [H40]),
    (CERTIFICATE, f"Certificate: [{PAIRS} ]", [H40]),
    (CERTIFICATE, f"certificate SHA-256 {H64}", [H64]),
    (CERTIFICATE, f"Thumbprint{H40.upper()}\nSubject", [H40]),
    (CERTIFICATE, "The certificate has the serial number 03:b6:b8:39:43:ec.", []),
    (CERTIFICATE, "certificates with serial numbers 03b6b83943ec04 and 03eeab4d2874f3", []),
    (CERTIFICATE, f"PGP fingerprint {H40}", []),
    (CERTIFICATE, f"commit {H40}", []),
    (CERTIFICATE, f"the file {H40} has no certificate", []),
    (CERTIFICATE, f"it takes a fingerprint of the host, {H40} is the file", []),
    (CERTIFICATE, "the serial number 12345678 of the disk", []),
    (PACKAGE, "the npm package `Event-Stream` was taken over", ["npm:event-stream"]),
    (PACKAGE, "npm packages “abc”, “d-e” and “@f/g”", ["npm:abc", "npm:d-e", "npm:@f/g"]),
    (PACKAGE, "a PyPI package called Foo_Bar.baz", ["pypi:foo-bar-baz"]),
    (PACKAGE, "pip install --upgrade --user requestz==1.0 urlib3", ["pypi:requestz", "pypi:urlib3"]),
    (PACKAGE, "npm install -g left-pad@1.3.0", ["npm:left-pad"]),
    (PACKAGE, "the `rest-client` RubyGems package", ["gem:rest-client"]),
    (PACKAGE, "gem install strong_password", ["gem:strong_password"]),
    (PACKAGE, "the crates.io crate “rustdecimal”", ["cargo:rustdecimal"]),
    (PACKAGE, "go get github.com/evil/mod@v1.2.3", ["golang:github.com/evil/mod"]),
    (PACKAGE, "the Go module github.com/evil/mod", ["golang:github.com/evil/mod"]),
    (PACKAGE, "the Maven artifact com.evil:thing", ["maven:com.evil:thing"]),
    (PACKAGE, "Install-Package Evil.Net", ["nuget:evil.net"]),
    (PACKAGE, "pkg:npm/%40scope/name@1.0", ["pkg:npm/@scope/name@1.0"]),
    (PACKAGE, "PKG:PyPI/Foo_Bar@1.0.", ["pkg:pypi/foo-bar@1.0"]),
    (PACKAGE, "published to npm as @evil/core", ["npm:@evil/core"]),
    (PACKAGE, "A package named “evil-lib” was uploaded to PyPI.", ["pypi:evil-lib"]),
    (PACKAGE, "On npm, the packages `aa` and `bb` came first.", ["npm:aa", "npm:bb"]),
    (PACKAGE, "They pushed `ctx` to PyPI.", ["pypi:ctx"]),
    (PACKAGE, "a package named after a colour, on npm", []),
    (PACKAGE, "The package “C:\\a b” is no part of npm", []),
    (PACKAGE, "The npm package crossenv was downloaded 700 times.", ["npm:crossenv"]),
    (PACKAGE, "the crate rustdecimal on crates.io", ["cargo:rustdecimal"]),
    (PACKAGE, "The npm package manager was updated; npm package names contain letters", []),
    (PACKAGE, "the primary gem (library) host, rubygems", []),
    (PACKAGE, "uploading the file `foo-2.tar.gz` to PyPI", []),
    (PACKAGE, "malicious npm packages were found in the npm registry", []),
    (PACKAGE, "The npm package that steals tokens", []),
    (PACKAGE, "well-known npm package managers", []),
    (PACKAGE, "pip install -r requirements.txt", []),
    (PACKAGE, "pip install the tool", []),
    (PACKAGE, "npm install scripts run code", []),
    (PACKAGE, "pip install git+https://a.example/x", []),
    (PACKAGE, "@types/node is told nowhere", []),
    (PACKAGE, "cargo install is slow", []),
)  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), AGENTS, ids=[text[:40] for text, _ in AGENTS])
def test_user_agent(text: str, expected: list[str]) -> None:
    assert values(AGENT, text) == expected
    for match in found(AGENT, text):
        assert " ".join(text[match.start : match.end].split("\n")) == match.value


@pytest.mark.parametrize(
    ("looker", "text", "expected"),
    PRINTS,
    ids=[f"{at} {text[:30]}" for at, (_, text, _) in enumerate(PRINTS)],
)
def test_fingerprint_or_package(looker: Looker, text: str, expected: list[str]) -> None:
    assert values(looker, text) == expected


def test_the_stretch_of_a_package_is_its_name() -> None:
    text = "npm install -g left-pad@1.3.0"
    (match,) = found(PACKAGE, text)
    assert text[match.start : match.end] == "left-pad"
