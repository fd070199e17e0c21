"""Names, versions, specifiers and package URLs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cybersecqwen.inputs.packages.names import canonical, exact, shown
from cybersecqwen.inputs.packages.npm_spec import asked
from cybersecqwen.inputs.packages.pep508 import Specifier, for_developing, ranges, specifier
from cybersecqwen.inputs.packages.properties import MAVEN, resolved
from cybersecqwen.inputs.packages.purl import TYPES, Purl, read_purl, write_purl
from cybersecqwen.records.review import Package, Place


@pytest.mark.parametrize(
    ("ecosystem", "name", "wanted"),
    [
        ("PyPI", "Foo._-Bar", "foo-bar"),
        ("PyPI", "-foo", ""),
        ("PyPI", "a b", ""),
        ("npm", "@Scope/Name", "@Scope/Name"),
        ("npm", "a/b", ""),
        ("npm", "../a", ""),
        ("Go", "github.com/A/b/v2", "github.com/A/b/v2"),
        ("Maven", "org.a:b-c", "org.a:b-c"),
        ("Maven", "b-c", ""),
        ("Packagist", "Monolog/Monolog", "monolog/monolog"),
        ("NuGet", "Newtonsoft.Json", "Newtonsoft.Json"),
        ("crates.io", "serde_json", "serde_json"),
        ("RubyGems", "rails-html", "rails-html"),
        ("Debian", "libc6", ""),
        ("PyPI", "a" * 600, ""),
    ],
)
def test_names(ecosystem: str, name: str, wanted: str) -> None:
    assert canonical(ecosystem, name) == wanted


@pytest.mark.parametrize(
    ("ecosystem", "versions", "made_up"),
    [
        (
            "PyPI",
            "1 1.0 1!2.0 1.0rc1 1.0.post1 1.0.dev3 1.0+ubuntu.1 v1.0 1.0-1 2020b1",
            "one 1..0 1.0.x ^1 1.0; =",
        ),
        ("npm", "1.0.0 1.0.0-rc.1+b 0.0.0", "1 1.0 v1.0.0 ^1.0.0 latest 1.0.0.0"),
        ("Go", "1.0.0 v1.0.0 0.0.0-20190311183353-d8887717615a 20.10.24+incompatible", "latest 1 master"),
        ("crates.io", "1.0.0 1.0.0-alpha", "1 =1.0.0"),
        ("Maven", "1 31.1-jre 2.0.0.RELEASE Finchley.SR2", "[1,2) ${x} a:b"),
        ("RubyGems", "1 1.2.3.4 7.0.0.rc1", "a1 1-x"),
        ("Packagist", "v6.4.1 1.0.0-beta1 2.0.0RC1", "dev-main ^6"),
        ("NuGet", "1 1.0 1.0.0.0 1.0.0-rc.1+5", "1.* [1]"),
    ],
)
def test_versions(ecosystem: str, versions: str, made_up: str) -> None:
    for version in versions.split():
        assert exact(ecosystem, version) == (version.removeprefix("v") if ecosystem == "Go" else version)
    for version in made_up.split():
        assert exact(ecosystem, version) == ""


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a", Specifier("a", "", "", "")),
        ("a [x,y] (>=1, <2)", Specifier("a", ">=1,<2", "", "")),
        ("a==1.0; os_name=='nt'", Specifier("a", "==1.0", "1.0", "")),
        ("a===x-1", Specifier("a", "===x-1", "x-1", "")),
        ("a~=1.4,!=1.4.2", Specifier("a", "~=1.4,!=1.4.2", "", "")),
        ("a==1.*", Specifier("a", "==1.*", "", "")),
        ("a @ https://x/y.whl ; os_name=='nt'", Specifier("a", "", "", "https://x/y.whl")),
        ("a @", None),
        ("a b", None),
        ("a>=", None),
        ("a,>1", None),
        ("", None),
    ],
)
def test_specifiers(text: str, wanted: Specifier | None) -> None:
    assert specifier(text) == wanted


def test_ranges_without_end_are_none() -> None:
    assert ranges(",".join([">1"] * 1_000)) is not None
    assert ranges(",".join([">1"] * 10_000)) is None


def test_groups_for_developing() -> None:
    assert all(map(for_developing, ("dev", "requirements-test", "docs", "py_lint")))
    assert not any(map(for_developing, ("devices", "latest", "requirements", "prod", "fast")))


@pytest.mark.parametrize(
    ("spec", "name", "version", "wanted", "elsewhere"),
    [
        ("1.2.3", "a", "1.2.3", "", False),
        ("=1.2.3", "a", "1.2.3", "", False),
        ("^1.2.3", "a", "", "^1.2.3", False),
        ("1.x || >=2 <3", "a", "", "1.x || >=2 <3", False),
        ("latest", "a", "", "", False),
        ("npm:@b/c@^1", "@b/c", "", "^1", False),
        ("me/fork#v1", "a", "", "me/fork#v1", True),
        ("git+ssh://git@x/y", "a", "", "git+ssh://git@x/y", True),
        ("workspace:*", "a", "", "workspace:*", True),
    ],
)
def test_what_npm_asks_for(spec: str, name: str, version: str, wanted: str, elsewhere: bool) -> None:
    assert asked("a", spec) == (name, version, wanted, elsewhere)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("pkg:npm/%40a/b@1.0.0", Purl("npm", "npm", "@a/b", "1.0.0")),
        ("pkg:npm/@a/b", Purl("npm", "npm", "@a/b", "")),
        ("pkg:maven/org.a/b@1?type=jar#x", Purl("Maven", "maven", "org.a:b", "1")),
        ("pkg:PyPI/Foo@1", Purl("PyPI", "pypi", "Foo", "1")),
        ("pkg:golang/github.com/a/b@v1.0.0", Purl("Go", "golang", "github.com/a/b", "1.0.0")),
        ("pkg:nuget/a@1.0%2Bb", Purl("NuGet", "nuget", "a", "1.0+b")),
        ("pkg:deb/debian/x@1", Purl("", "deb", "debian/x", "1")),
        ("pkg:pypi", None),
        ("pkg:npm/", None),
        ("npm/a", None),
        ("pkg:pypi/" + "a" * 5_000, None),
    ],
)
def test_package_urls_are_read(text: str, wanted: Purl | None) -> None:
    assert read_purl(text) == wanted


@pytest.mark.parametrize(
    ("ecosystem", "name", "version", "wanted"),
    [
        ("PyPI", "django", "3.2", "pkg:pypi/django@3.2"),
        ("npm", "@babel/core", "7.0.0", "pkg:npm/%40babel/core@7.0.0"),
        ("Go", "golang.org/x/crypto", "0.1.0", "pkg:golang/golang.org/x/crypto@v0.1.0"),
        ("Maven", "org.acme:acme-core", "1.0", "pkg:maven/org.acme/acme-core@1.0"),
        ("Packagist", "symfony/mailer", "", "pkg:composer/symfony/mailer"),
        ("Debian", "bash", "5", ""),
    ],
)
def test_package_urls_are_written_and_read_back(ecosystem: str, name: str, version: str, wanted: str) -> None:
    place = Place(path="x", line=1)
    text = write_purl(Package(ecosystem=ecosystem, name=name, version=version, place=place))
    assert text == wanted
    assert read_purl(text) == (Purl(ecosystem, TYPES[ecosystem], name, version) if wanted else None)


@given(st.text(max_size=60))
def test_any_text_is_a_package_url_or_none(text: str) -> None:
    read_purl(text)
    read_purl(f"pkg:{text}")


@given(st.text(max_size=200))
def test_what_is_shown_is_on_one_line_and_seen(text: str) -> None:
    assert shown(text).isprintable()
    assert len(shown(text)) <= 81


def test_properties_that_grow_end() -> None:
    known = {f"a{at}": f"${{a{at + 1}}}" * 20 for at in range(30)}
    assert len(resolved("${a0}", known, MAVEN)) < 512 * 600
    assert resolved("${x}", {"x": "${y}", "y": "${x}"}, MAVEN) in ("${x}", "${y}")
    assert resolved("${x}-1", {"x": "2"}, MAVEN) == "2-1"
