"""SQL, parsed and laid out by sqlglot and run on the engines themselves.

text ─parse→ SqlTree ─read→ Query      Query ─write (conditions, words)→ text ─parse→ SqlTree
SqlTree ─plan→ statement over tables of records ─run→ rows      (lite.py: SQLite; ../locked.py: DuckDB)
"""

from .dialect import DuckDb, Sqlite

__all__ = ["DuckDb", "Sqlite"]
