"""Runs one other extractor over a file and prints seconds of processor time and how much it found.

Run as: PYTHON indicator_peers.py ioc-finder|iocsearcher|iocextract FILE, with a Python that has it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def _ioc_finder() -> Callable[[str], int]:
    from ioc_finder import find_iocs  # type: ignore[import-not-found]

    def count(text: str) -> int:
        found: dict[str, Any] = find_iocs(text)
        return sum(len(value) for value in found.values() if isinstance(value, list))

    return count


def _iocsearcher() -> Callable[[str], int]:
    from iocsearcher.searcher import Searcher  # type: ignore[import-not-found]

    searcher = Searcher()
    return lambda text: len(searcher.search_raw(text))


def _iocextract() -> Callable[[str], int]:
    import iocextract  # type: ignore[import-not-found]

    return lambda text: sum(1 for _ in iocextract.extract_iocs(text, refang=True))


EXTRACTORS = {"ioc-finder": _ioc_finder, "iocsearcher": _iocsearcher, "iocextract": _iocextract}


def main() -> None:
    """Measure one extractor on one file."""
    count = EXTRACTORS[sys.argv[1]]()
    text = Path(sys.argv[2]).read_text("utf-8")
    count("warm hxxp://evil[.]com/a 192.0.2.1 a@b.com x.exe cve-2021-44228 T1059.001 " + "a1" * 32)
    begin = time.process_time()
    found = count(text)
    print(json.dumps({"seconds": time.process_time() - begin, "found": found}))


if __name__ == "__main__":
    main()
