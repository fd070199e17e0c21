"""Whatever comes in: no exception, no bound exceeded; whatever an encoder hides is found again."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cybersecqwen.detect.decode import decode, plain
from cybersecqwen.detect.decode.environment import REFERENCE, resolved
from cybersecqwen.records import Limits

from .encoders import ENCODERS

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SYNTAX = """
' " ` ^ % ( ) [ ] + -f -join [char] 65 , {0} |%{[char]$_} $a= $a 'ab' "cd" .replace( .split( [-1..-3]
-replace ; chr( & \\x41 %41 &#65; %x% !x! -enc QUJDREVGR0hJSktM base64
"""
PIECES = st.sampled_from([*SYNTAX.split(), "\n", " ", "set x=", "cmd /c ", "echo ", "| rev"])


@pytest.mark.parametrize("encoder", ENCODERS, ids=lambda encoder: encoder.__name__)
def test_each_encoder_alone(encoder: Callable[[str], str]) -> None:
    hidden = "cmd.exe /c whoami /all > C:\\Users\\Public\\out.txt"
    assert any(layer.text == hidden for layer in decode(encoder(hidden), Limits()))


@FEW
@given(
    st.lists(st.sampled_from(ENCODERS), min_size=1, max_size=3),
    st.text("abcdefghij KLMNOP0123456789-./:", min_size=24, max_size=80).filter(
        lambda t: any(map(str.isalpha, t))
    ),
)
def test_layers_of_encoders_are_undone(encoders: list[Callable[[str], str]], hidden: str) -> None:
    hidden = hidden.strip().ljust(24, "x")
    text = hidden
    for encoder in encoders:
        text = encoder(text)
    layers = decode(text, Limits())
    assert any(layer.text == hidden for layer in layers), [layer.how for layer in layers]


@FEW
@given(st.lists(PIECES, max_size=80).map("".join), st.integers(0, 4), st.integers(0, 5_000))
def test_bounds_hold_on_fragments_of_syntax(text: str, depth: int, room: int) -> None:
    _check(text, depth, room)


@FEW
@given(st.text(max_size=400), st.integers(0, 4), st.integers(0, 5_000))
def test_bounds_hold_on_any_text(text: str, depth: int, room: int) -> None:
    _check(text, depth, room)


def _check(text: str, depth: int, room: int) -> None:
    layers = decode(text, Limits(depth=depth, decode_bytes=room))
    assert sum(len(layer.text.encode("utf-8", "replace")) for layer in layers) <= room
    for index, layer in enumerate(layers):
        assert 0 <= layer.depth <= depth
        assert -1 <= layer.parent < index
        parent = text if layer.parent < 0 else layers[layer.parent].text
        assert 0 <= layer.start <= layer.end <= len(parent)
        assert layer.text
        assert layer.how
    assert plain(text) == " ".join(plain(text).split())


ATTACKS = (
    "A" * 200_000,
    "(" * 100_000 + ")" * 100_000,
    "'" * 200_001,
    '"' + '`"' * 100_000,
    "%a" * 100_000,
    "^a" * 100_000,
    "cmd '" * 40_000,
    "$a='xxxxxxxx';" + "$a=$a+$a;" * 3_000 + "iex $a",
    "'aaaa'" + ".replace('a','aaaa')" * 3_000,
    "'{0}{0}{0}{0}' -f " * 3_000 + "'xxxx'",
    "('a'," * 20_000,
    "set x=%x%%x%&" * 8_000 + "%x%",
    "-----BEGIN A-----" * 10_000,
    "echo '" * 20_000 + "| rev",
)


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: text[:12])
@pytest.mark.timeout(20)
def test_attack_strings_end(text: str) -> None:
    """Quadratic behaviour would take minutes here; the limit is generous for slow machines."""
    layers = decode(text, Limits())
    assert sum(len(layer.text) for layer in layers) <= Limits().decode_bytes
    plain(text)


LONG = "cmd /c set x=" + "a" * 8_000 + "&"


@pytest.mark.parametrize(
    "text",
    [
        LONG + "%x:a=b%" * 1_500,
        LONG + "%x:a=bbbb%" * 1_500,
        LONG + "%x:a=%" * 1_500,
        LONG + "&set y=%x:a=b%" * 800 + "%y%%x%",
        LONG.replace("a", "é") + "%x:é=bcd%" * 1_500,
    ],
    ids=["as-long", "longer", "nothing", "again", "accented"],
)
def test_replacing_in_variables_takes_time_in_proportion(text: str) -> None:
    begun = time.process_time()
    decode(text, Limits())
    assert time.process_time() - begun < 1  # it took 1 to 4 s


def test_replacing_in_variables_is_undone_as_before() -> None:
    script = "powershell -nop -w hidden -File C:\\Users\\Public\\one.ps1"
    hidden = script.replace("e", "@#").replace("o", "$$")
    line = f"cmd /c set x={hidden}&set y=%x:@#=e%&call %y:$$=o%"
    assert any(script in layer.text for layer in decode(line, Limits()))
    assert resolved(_match("%x:A=\\1\\g%"), {"x": "banana"}) == r"b\1\gn\1\gn\1\g"


def _match(text: str) -> re.Match[str]:
    found = REFERENCE.search(text)
    assert found is not None
    return found


@FEW
@given(
    st.text("aAbB.é\\İ", max_size=40),
    st.text("aAbB.é\\İ", min_size=1, max_size=3),
    st.text("ab\\1", max_size=4),
    st.integers(0, 90),
)
def test_what_is_too_long_is_known_before_it_is_made(value: str, old: str, new: str, most: int) -> None:
    made = re.sub(re.escape(old), lambda _: new, value, flags=re.IGNORECASE)
    match = _match(f"%x:{old}={new}%")
    assert resolved(match, {"x": value}) == made
    assert resolved(match, {"x": value}, most) == (made if len(made) <= most else None)
