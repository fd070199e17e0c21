"""Bytes of log lines to a token, by an installed model's own tokeniser.

Run as: python -m benchmarks.tokens MODEL LINES FILE...     (LINES drawn from each file, seed 0)
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

from cybersecqwen.bootstrap import App
from cybersecqwen.settings import load_settings

_TOGETHER = 6_000  # bytes asked about at once, so that a small context holds them


def main(argv: list[str]) -> int:
    name, wanted, *files = argv
    draw = random.Random(0)
    with App(load_settings()).models(name) as (model, *_):
        server: Any = model._server  # type: ignore[attr-defined]
        for file in files:
            lines = Path(file).read_bytes().splitlines(keepends=True)
            lines = draw.sample(lines, min(int(wanted), len(lines)))
            size = tokens = 0
            for line in lines:
                piece = line[:_TOGETHER].decode("utf-8", "replace")
                answer = server.handle_completions({"prompt": piece, "max_tokens": 1})
                tokens += answer["usage"]["prompt_tokens"]
                size += len(piece.encode())
            ratio = f"{size / tokens:.2f} bytes a token"
            print(f"{file}: {len(lines)} lines, {size:,} bytes, {tokens:,} tokens, {ratio}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
