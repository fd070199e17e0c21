from __future__ import annotations

import pytest

from cybersecqwen.dialects.fields.reading import schema_of
from cybersecqwen.errors import LimitError


@pytest.mark.timeout(60)
def test_wide_files_with_short_rows_are_read_quickly() -> None:
    header = ",".join(f"c{number}" for number in range(10_000))
    found = schema_of((header + "\n" + "1\n" * 20_000).encode(), "x")
    assert len(found.tables[""].fields) == 10_000 and found.tables[""].fields["c0"] == "number"


def test_files_with_too_many_cells_are_refused() -> None:
    rows = ("," * 9_999 + "\n") * 600
    with pytest.raises(LimitError, match="cells"):
        schema_of(("a,b\n" + rows).encode(), "x")
