from __future__ import annotations

from cybersecqwen.detect.sigma.model import Op
from cybersecqwen.dialects.fields.schema import Schema, Table
from cybersecqwen.dialects.interface import Atom, Data, Name, Names, Rows, Running
from cybersecqwen.dialects.proving import Prover

from .toy import Toy, ToyDialect


def prover(dialect: ToyDialect, text: str, schema: Schema | None = None) -> tuple[Prover[Toy], Toy]:
    tree = dialect.parse(text)
    return Prover(dialect=dialect, schema=schema, trees=[tree], count=400), tree


def test_values_that_are_not_among_the_comparisons_are_tried_later() -> None:
    class Silent(ToyDialect):
        def atoms(self, tree: Toy) -> tuple[Atom, ...]:
            return ()

    made, tree = prover(Silent(), "logs | where a = 4711")
    assert len(made.rows(tree, 0).rows) == len(made.rows(tree, 1).rows) == 0
    proof = made.proof(tree, tree)
    assert proof is not None and proof.holds and len(proof.seeds) > 2


def test_fields_whose_names_are_not_told_are_tried_later() -> None:
    class Forgetful(ToyDialect):
        def names(self, tree: Toy) -> Names:
            return Names(tables=(Name(text=tree.table, line=1, column=1),))

        def atoms(self, tree: Toy) -> tuple[Atom, ...]:
            return ()

    made, tree = prover(Forgetful(), "logs | where account ~ a")
    proof = made.proof(tree, tree)
    assert proof is not None and proof.holds


def test_each_tree_is_run_once_on_a_draw() -> None:
    class Counting(ToyDialect):
        ran = 0

        def run(self, tree: Toy, data: Data, running: Running) -> Rows:
            type(self).ran += 1
            return super().run(tree, data, running)

    made, tree = prover(Counting(), "logs | where a = 1")
    made.rows(tree, 0)
    made.rows(tree, 0)
    assert Counting.ran == 1


def test_a_field_compared_with_text_is_text_whatever_another_table_says() -> None:
    schema = Schema(
        name="s",
        tables={"other": Table(name="other", fields={"a": "number", "b": "number", "t": "time"})},
        time_field="t",
    )
    made, _ = prover(ToyDialect(), "logs | where a = word | where b = 5 | sort t", schema)
    rows = made._drawn(0)["logs"]
    assert any(row.get("a") == "word" for row in rows)
    assert not any(isinstance(row.get("b"), str) for row in rows)
    assert all(str(row["t"]).endswith("Z") for row in rows)


def test_computed_fields_are_left_out_of_the_first_draws() -> None:
    class Computing(ToyDialect):
        def atoms(self, tree: Toy) -> tuple[Atom, ...]:
            return (*super().atoms(tree), Atom("made", Op.EQUALS, ("x",)))

    made, _ = prover(Computing(), "logs | where a = 1")
    first, later = (made._drawn(seed)["logs"] for seed in (0, 2))
    assert not any("made" in row for row in first)
    assert any("made" in row for row in later)
