"""Hard cases of reports: a text and every indicator in it as "type value", in any order."""

from __future__ import annotations

MD5 = "5f4dcc3b5aa765d61d8327deb882cf99"

CASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        (
            "evil[.]com evil(.)com evil{.}com evil[dot]com evil(dot)com evil [.] com evil[ . "
            "]com evil[.com evil.]com evil\\.com"
        ),
        (
            "domain evil.com",
            "domain evil.com",
            "domain evil.com",
            "domain evil.com",
            "domain evil.com",
            "domain evil.com",
            "domain evil.com",
            "domain evil.com",
            "domain evil.com",
            "domain evil.com",
        ),
    ),
    ("contact evil dot com today", ("domain evil.com",)),
    ("resolves to evil .com and bad-site .net.", ("domain evil.com", "domain bad-site.net")),
    ("uses .com domains and the .net framework", ()),
    ("the dot com bubble", ()),
    (
        "hxxp://evil.com/a hxxps://evil.com/b hXXp://evil.com/c h**p://evil.com/d meow://evil.com/e",
        (
            "url http://evil.com/a",
            "domain evil.com",
            "url https://evil.com/b",
            "domain evil.com",
            "url http://evil.com/c",
            "domain evil.com",
            "url http://evil.com/d",
            "domain evil.com",
            "url http://evil.com/e",
            "domain evil.com",
        ),
    ),
    (
        (
            "http[:]//evil.com/a https[://]evil[.]com/b https[:]//evil.com hxxp:\\\\evil.com/d "
            "hxxp://evil[.]com[/]e"
        ),
        (
            "url http://evil.com/a",
            "url https://evil.com/b",
            "url https://evil.com",
            "url http://evil.com/d",
            "url http://evil.com/e",
            "domain evil.com",
            "domain evil.com",
            "domain evil.com",
            "domain evil.com",
            "domain evil.com",
        ),
    ),
    ("hxxp :// evil[.]com/x", ("url http://evil.com/x", "domain evil.com")),
    (
        "1.2.3[.]4 1[.]2[.]3[.]4 1(.)2(.)3(.)4 1[dot]2[dot]3[dot]4 1.2.3.4:80 1[.]2.3.4[:]8080",
        ("ipv4 1.2.3.4", "ipv4 1.2.3.4", "ipv4 1.2.3.4", "ipv4 1.2.3.4", "ipv4 1.2.3.4", "ipv4 1.2.3.4"),
    ),
    (
        "evil．com and ｅvil.com and １．２．３．４ and evil。com",
        ("domain evil.com", "domain evil.com", "domain evil.com", "ipv4 1.2.3.4"),
    ),
    (
        "ev\u200bil.com and evil\xad.com ev\u2060il[.]com",
        ("domain evil.com", "domain evil.com", "domain evil.com"),
    ),
    ("v1.2.3.4 Chrome/120.0.6099.71 version 10.0.19041.1 1.3.6.1.4.1.311", ()),
    ("4.2.1.1 Scope of the work\n4.2.1.2 Another", ()),
    ("see Section 4.2.1.1 for versions 7.2.1.3, 7.2.1.4 and 7.2.1.5", ()),
    ("before 10.3.5.1 and 9.1.2.3 or later", ()),
    (
        (
            "setup.exe ASP.NET Node.js System.Net System.IO e.g. readme.md com.android.app "
            "i.e. U.S. vs. com.evil.package"
        ),
        ("file setup.exe", "file readme.md"),
    ),
    (
        "run.sh evil.zip movie.mov foo.py lib.rs",
        ("file run.sh", "file evil.zip", "file movie.mov", "file foo.py", "file lib.rs"),
    ),
    ("evil[.]zip and bad[.]sh", ("domain evil.zip", "domain bad.sh")),
    (
        (
            "http://evil.com/a, http://evil.com/b; (http://evil.com/c) [http://evil.com/d] "
            "\"http://evil.com/e\" <http://evil.com/f> 'http://evil.com/g' http://evil.com/h: "
            "http://evil.com/i> http://evil.com/j."
        ),
        (
            "url http://evil.com/a",
            "domain evil.com",
            "url http://evil.com/b",
            "domain evil.com",
            "url http://evil.com/c",
            "domain evil.com",
            "url http://evil.com/d",
            "domain evil.com",
            "url http://evil.com/e",
            "domain evil.com",
            "url http://evil.com/f",
            "domain evil.com",
            "url http://evil.com/g",
            "domain evil.com",
            "url http://evil.com/h",
            "domain evil.com",
            "url http://evil.com/i",
            "domain evil.com",
            "url http://evil.com/j",
            "domain evil.com",
        ),
    ),
    (
        "[x](http://evil.com/a) and [http://evil.com/b](http://evil.com/c)",
        (
            "url http://evil.com/a",
            "domain evil.com",
            "url http://evil.com/b",
            "domain evil.com",
            "url http://evil.com/c",
            "domain evil.com",
        ),
    ),
    (
        "http://evil.com/a_(b) http://1.2.3.4:8080/x http://u:p@evil.com/x",
        (
            "url http://evil.com/a_(b)",
            "domain evil.com",
            "url http://1.2.3.4:8080/x",
            "ipv4 1.2.3.4",
            "url http://u:p@evil.com/x",
            "domain evil.com",
        ),
    ),
    (
        "xn--80ak6aa92e.com пример.рф my_host.evil.com",
        ("domain xn--80ak6aa92e.com", "domain пример.рф", "domain my_host.evil.com"),
    ),
    (
        "5f4dcc3b5aa765d61d8327deb882cf99.exe and http://evil.com/5f4dcc3b5aa765d61d8327deb882cf99",
        (
            "md5 5f4dcc3b5aa765d61d8327deb882cf99",
            "url http://evil.com/5f4dcc3b5aa765d61d8327deb882cf99",
            "domain evil.com",
        ),
    ),
    (
        (
            "|5f4dcc3b5aa765d61d8327deb882cf99|x| `5f4dcc3b5aa765d61d8327deb882cf99` "
            "md5=5f4dcc3b5aa765d61d8327deb882cf99"
        ),
        (
            "md5 5f4dcc3b5aa765d61d8327deb882cf99",
            "md5 5f4dcc3b5aa765d61d8327deb882cf99",
            "md5 5f4dcc3b5aa765d61d8327deb882cf99",
        ),
    ),
    ("6f9619ff-8b86-d011-b42d-00cf4fc964ff 5f4dcc3b5aa765d61d8327deb882cf99aa", ()),
    (
        "bob+x@evil.com bob[@]evil.com bob(at)evil[.]com bob [at] evil [dot] com",
        ("email bob+x@evil.com", "email bob@evil.com", "email bob@evil.com", "email bob@evil.com"),
    ),
    ("mail john at evil dot com now", ("email john@evil.com",)),
    ("hosted at evil[.]com", ("domain evil.com",)),
    (
        "CVE‑2021‑44228 CVE 2021 44228 CVE-2021-44228/45046 cve_2021_44228 CVE–2021–44228",
        (
            "cve CVE-2021-44228",
            "cve CVE-2021-44228",
            "cve CVE-2021-44228",
            "cve CVE-2021-44228",
            "cve CVE-2021-44228",
            "cve CVE-2021-45046",
        ),
    ),
    ("T1059.001 T1059/001 TA0011 T2000", ("attack T1059.001", "attack T1059.001", "attack TA0011")),
    (
        "fe80::1%eth0 [2001:db8::1]:443 ::ffff:1.2.3.4 2001:db8[:]:1",
        ("ipv6 fe80::1", "ipv6 2001:db8::1", "ipv6 ::ffff:1.2.3.4", "ipv6 2001:db8::1"),
    ),
    ("10.0.0.1-20 and 10.0.0.1-10.0.0.20", ("ipv4 10.0.0.1", "ipv4 10.0.0.1", "ipv4 10.0.0.20")),
    (
        "1.2.3.4/24 10[.]0[.]0[.]0/8 2001:db8::/32",
        ("cidr 1.2.3.4/24", "cidr 10.0.0.0/8", "cidr 2001:db8::/32"),
    ),
    (
        "AS12345 ASN 12345 ASN12345 AS400 AS2 asn: 64500 AS 13335",
        ("asn AS12345", "asn AS12345", "asn AS12345", "asn AS64500", "asn AS13335"),
    ),
    ("IBM AS400 and AS2 messages, as 2020", ()),
    (
        "00:1a:2b:3c:4d:5e 00-1A-2B-3C-4D-5E 001a.2b3c.4d5e 12:34:56",
        ("mac 00:1a:2b:3c:4d:5e", "mac 00:1a:2b:3c:4d:5e", "mac 00:1a:2b:3c:4d:5e"),
    ),
    ("*.evil.com .evil.com @evil.com", ("domain evil.com", "domain evil.com", "domain evil.com")),
    (
        "evil.com.The next; evil.com,bad.com;x.evil.com",
        ("domain evil.com", "domain evil.com", "domain bad.com", "domain x.evil.com"),
    ),
    (
        "http://evil.com。然后 访问http://evil.com/a，下载",
        ("url http://evil.com", "domain evil.com", "url http://evil.com/a", "domain evil.com"),
    ),
    (
        "duckdns.org evil.ddns.net github.io",
        ("domain duckdns.org", "domain evil.ddns.net", "domain github.io"),
    ),
    ("\\\\.\\pipe\\foo \\pipe\\bar", ("pipe \\\\.\\pipe\\foo", "pipe \\\\.\\pipe\\bar")),
    (
        "Software\\Microsoft\\Windows\\CurrentVersion\\Run\\x HKCU\\Software\\A",
        ("registry Software\\Microsoft\\Windows\\CurrentVersion\\Run\\x", "registry HKCU\\Software\\A"),
    ),
    (
        "Windows\\System32\\drivers\\x.sys C:/Users/a/b.exe /etc/passwd ..\\x\\y.dll",
        (
            "file Windows\\System32\\drivers\\x.sys",
            "file C:/Users/a/b.exe",
            "file /etc/passwd",
            "file ..\\x\\y.dll",
        ),
    ),
    ("C:\\\\Users\\\\a\\\\b.exe", ("file C:\\Users\\a\\b.exe",)),
    (
        "ftp://evil.com/x sftp://evil.com fxp://evil.com/y",
        (
            "url ftp://evil.com/x",
            "domain evil.com",
            "url sftp://evil.com",
            "domain evil.com",
            "url ftp://evil.com/y",
            "domain evil.com",
        ),
    ),
    (
        "evil[.]com/gate.php and //evil.com/x",
        ("url evil.com/gate.php", "domain evil.com", "domain evil.com"),
    ),
    ("evil[.]com:8443 evil.com(1.2.3.4)", ("domain evil.com", "domain evil.com", "ipv4 1.2.3.4")),
    (
        'user@evil[.]com <a@b.co>, "c@d.org"; mailto:e@f.net',
        ("email user@evil.com", "email a@b.co", "email c@d.org", "email e@f.net"),
    ),
    (
        "hxxps://evil[.]com/path[.]php?x=1&amp;y=2",
        ("url https://evil.com/path.php?x=1&amp;y=2", "domain evil.com"),
    ),
    (
        "C2: evil[.]example and https://c2.evil.example/gate",
        ("domain evil.example", "url https://c2.evil.example/gate", "domain c2.evil.example"),
    ),
    (
        "hxxp://evil dot com/x hxxps[:]//evil(.)com",
        ("url http://evil.com/x", "url https://evil.com", "domain evil.com", "domain evil.com"),
    ),
    ("hxxp[:]//1.2.3[.]4[:]8080/a", ("url http://1.2.3.4:8080/a", "ipv4 1.2.3.4")),
    (
        "https://en.wikipedia.org/wiki/A_(b)). Next",
        ("url https://en.wikipedia.org/wiki/A_(b)", "domain en.wikipedia.org"),
    ),
    ("Exchange 15.1.2507.6 build 10.0.1.2 at 1.2.3.4", ("ipv4 1.2.3.4",)),
    ("server 1.2.3.4, IP 5.6.7.8. C2:9.8.7.6", ("ipv4 1.2.3.4", "ipv4 5.6.7.8", "ipv4 9.8.7.6")),
    (
        "h[xx]p://evil.com/x hxxp[s]://evil.com",
        ("url http://evil.com/x", "url https://evil.com", "domain evil.com", "domain evil.com"),
    ),
    ("serial 00:50:56:c0:00:08:aa:bb", ()),
)
"""Text and its indicators."""
