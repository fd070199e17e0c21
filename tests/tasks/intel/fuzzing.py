"""Reports put together from pieces of the samples, and samples with bytes changed, as a fuzzer would.

By hand, for longer: python -m tests.tasks.intel.fuzzing [SECONDS] [SEED]
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from pathlib import Path

from cybersecqwen.bootstrap import App
from cybersecqwen.errors import CsqError
from cybersecqwen.inputs.documents.open import open_documents
from cybersecqwen.records import Damage, Report
from cybersecqwen.render import FORMATS, RenderOptions
from cybersecqwen.settings import Settings
from cybersecqwen.tasks.interface import Request

SAMPLES = Path(__file__).parents[3] / "samples" / "intel"
NAMES = ("quiet-lantern.md", "quiet-lantern.html", "quiet-lantern.eml", "quiet-lantern.pdf")
_STRANGE = (
    *(
        "\x00",
        "\x1b[2J",
        "\u202e",
        "\u200b",
        "\ud800",
        "\ufeff",
        "\x85",
        "\u2028",
        "\U0001f600",
        "a\u0301" * 9,
    ),
    *(
        "\t",
        "|",
        "\n\n",
        "```",
        "[.]",
        "hxxp://",
        "</p><script>",
        "[ipv4-addr:value = '",
        "CVE-2024-",
        "T1059.",
    ),
    *(
        "{",
        "%s",
        "TLP:RED",
        "=cmd|' /C calc'!A0",
        "0" * 400,
        "](javascript:alert(1))",
        "rule x {",
        "'",
        '"',
        "\\",
    ),
)


def shuffled(chance: random.Random) -> bytes:
    """Sentences, rows and lines of the sample in another order, with strange things between them."""
    lines = (SAMPLES / NAMES[0]).read_text(encoding="utf-8").splitlines(keepends=True)
    chance.shuffle(lines)
    lines = lines[: chance.randrange(1, len(lines))]
    for _ in range(chance.randrange(12)):
        at = chance.randrange(len(lines))
        cut = chance.randrange(len(lines[at]) + 1)
        lines[at] = lines[at][:cut] + chance.choice(_STRANGE) + lines[at][cut:]
    return "".join(lines).encode("utf-8", "surrogatepass")


def mutated(name: str, chance: random.Random) -> bytes:
    """A sample with bytes changed, removed, doubled, or cut off."""
    data = bytearray((SAMPLES / name).read_bytes())
    for _ in range(chance.randrange(1, 20)):
        at = chance.randrange(len(data))
        size = chance.randrange(1, 60)
        way = chance.randrange(5)
        if way == 0:
            data[at : at + size] = chance.randbytes(size)
        elif way == 1:
            del data[at : at + size]
        elif way == 2:
            data[at:at] = data[at : at + size] * chance.randrange(1, 9)
        elif way == 3:
            data[at:at] = chance.choice(_STRANGE).encode("utf-8", "surrogatepass")
        elif chance.random() < 0.1 and at > 200:
            del data[at:]
    return bytes(data)


def case(chance: random.Random) -> tuple[str, bytes]:
    """(file name, bytes) of one case."""
    name = chance.choice((*NAMES, "shuffled.md", "shuffled.txt"))
    return (name, mutated(name, chance)) if name in NAMES else (name, shuffled(chance))


def check(app: App, path: Path, formats: tuple[str, ...]) -> Report | None:
    """Read one file and hold the report to what must be true of every report; None where nothing was read."""
    try:
        report = next(app.run("intel", Request(paths=(str(path),))))
    except CsqError as error:
        assert str(error).strip() and error.exit_code in (2, 3)
        return None
    found = report.intel
    assert found is not None
    texts = [one.text for one in open_documents([str(path)], app.tools.limits) if not isinstance(one, Damage)]
    known = {f"d{number}": text for number, text in enumerate((t for t in texts if t.strip()), 1)}
    if len(known) == len(found.documents):
        for one in found.indicators:
            for place in one.places:
                assert 0 <= place.start < place.end <= len(known[place.document])
            assert known[one.places[0].document][one.places[0].start : one.places[0].end] == one.raw
        for named in (*found.names, *found.techniques, *found.targets):
            assert named.places
            for place in named.places:
                assert known[place.document][place.start : place.end].strip()
    for format in formats:
        text = FORMATS.get(format)().render(report, RenderOptions())
        text.encode("utf-8")
        if format in ("terminal", "markdown", "html"):
            assert "\x1b[2J" not in text and "\u202e" not in text and "\x00" not in text
        if format == "html":
            assert "<script>" not in text.lower().replace("<script>\n", "")
    return report


def main(seconds: float, seed: int) -> None:
    """Run until the time is up; prints how many cases there were, and each that fails."""
    folder = Path(tempfile.mkdtemp())
    app = App(Settings(data_dir=folder, cache_dir=folder / "cache", workers=1))
    end, count, read = time.monotonic() + seconds, 0, 0
    while time.monotonic() < end:
        chance = random.Random(f"{seed}-{count}")
        name, data = case(chance)
        path = folder / name
        path.write_bytes(data)
        try:
            read += check(app, path, tuple(FORMATS.names())) is not None
        except Exception as error:
            kept = folder / f"failed-{count}-{name}"
            kept.write_bytes(data)
            print(f"{kept}: {type(error).__name__}: {str(error)[:300]}", flush=True)
        count += 1
    print(f"{count} cases, {read} read, seed {seed}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60, int(sys.argv[2]) if len(sys.argv) > 2 else 1)
