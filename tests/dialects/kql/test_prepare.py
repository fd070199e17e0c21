"""What KQL cannot tell apart is the same before it is written."""

from __future__ import annotations

from cybersecqwen.detect.sigma.model import And, Not, Op
from cybersecqwen.detect.sigma.model import Test as Asked
from cybersecqwen.dialects.kql import Kql
from cybersecqwen.dialects.normal import equivalent
from cybersecqwen.dialects.query import Query


def test_empty_text_is_nothing_and_comes_back_so() -> None:
    kql = Kql()
    where = And((Asked("Company", Op.EQUALS, ("", "-")), Not(Asked("Product", Op.EQUALS, ("",)))))
    made = kql.prepared(Query(tables=("T",), where=where))
    text = kql.render(kql.write(made))
    assert "isempty(Company)" in text and "isnotempty(Product)" in text
    assert equivalent(kql.read(kql.parse(text)).where, made.where)
    assert not equivalent(made.where, where)
