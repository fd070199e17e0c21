"""Fuzzing for as long as you like: `python -m tests.inputs.fuzz_long N [SEED]`.

N inputs, in turn mutated samples and patchworks, each into one reader (or unpacker), every one of them in
turn; what comes out goes through the shape that takes it. EVTX has a child process for each file and gets one
input in 500. Prints how many inputs each had, what came out, and the slowest; fails at the first input
that raises or takes over ten seconds, which it leaves in fuzz_failed.bin.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from cybersecqwen.inputs import READERS, UNPACKERS
from cybersecqwen.inputs.interface import HEAD_BYTES, Reader, Unpacker
from cybersecqwen.inputs.open import format_of
from cybersecqwen.inputs.shapes import ShapeFinder
from cybersecqwen.records import Damage

from .blobs import SMALL, blob_of
from .fuzzing import FRAMES, SAMPLES, check, mutated, patched, shape_on

_LONGEST_S = 10.0
_RARE = {"evtx": 500}


def one(kind: Reader | Unpacker, data: bytes, finder: ShapeFinder, came: Counter[str]) -> None:
    """One input through recognition, reading and shapes."""
    kind.recognise(data[:HEAD_BYTES], "x")
    if isinstance(kind, Unpacker):
        for item in kind.unpack(blob_of(data), SMALL, 1):
            if isinstance(item, Damage):
                came["damages"] += 1
                continue
            with item.open() as stream:
                inner = stream.read()
            came["members"] += 1
            assert len(inner) <= SMALL.unpacked_bytes + 65_536
            found = format_of(inner[:HEAD_BYTES], "x")
            if isinstance(found, Reader) and found.name not in _RARE:
                one(found, inner, finder, came)
        return
    given = list(kind.read(blob_of(data), SMALL))
    raws = check(given)
    came["records"] += len(raws)
    came["damages"] += len(given) - len(raws)
    for raw in raws:
        shape = finder.shape_of(raw)
        came[f"shape {shape.name}"] += 1
        shape_on(shape, raw)


def main(count: int, seed: int) -> None:
    """Run, and print what happened."""
    chance = random.Random(seed)
    kinds: list[Any] = [kind() for family in (READERS, UNPACKERS) for _, kind in family]
    samples = [*SAMPLES.values(), FRAMES]
    inputs: Counter[str] = Counter()
    came: Counter[str] = Counter()
    slowest, of = 0.0, ""
    finder = ShapeFinder()
    begun = time.perf_counter()
    for number in range(count):
        kind = kinds[number % len(kinds)]
        if (number // len(kinds)) % _RARE.get(kind.name, 1):
            kind = kinds[(number + 1) % len(kinds)]
        own = FRAMES if kind.name == "syslog" and chance.random() < 0.2 else SAMPLES[kind.name]
        which = chance.random()
        if which < 0.6:
            data = mutated(own, chance.getrandbits(60))
        elif which < 0.8:
            data = mutated(chance.choice(samples), chance.getrandbits(60))
        else:
            data = patched(chance) if which < 0.95 else chance.randbytes(chance.randint(0, 400))
        inputs[kind.name] += 1
        start = time.perf_counter()
        try:
            one(kind, data, finder, came)
        except BaseException:
            Path("fuzz_failed.bin").write_bytes(data)
            print(f"input {number} into {kind.name} (seed {seed}) failed; it is in fuzz_failed.bin")
            raise
        took = time.perf_counter() - start
        if took > slowest:
            slowest, of = took, kind.name
        if took > _LONGEST_S:
            Path("fuzz_failed.bin").write_bytes(data)
            raise SystemExit(f"input {number} into {kind.name} took {took:.1f} s; it is in fuzz_failed.bin")
        if number % 50_000 == 49_999:
            print(f"{number + 1:,} inputs in {time.perf_counter() - begun:,.0f} s", flush=True)
    took = time.perf_counter() - begun
    print(f"{count:,} inputs (seed {seed}) in {took:,.0f} s; slowest {slowest:.3f} s ({of})")
    for table in (inputs, came):
        print(", ".join(f"{name} {number:,}" for name, number in sorted(table.items())))


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
