"""What the engine knows of C, C#, Java, PHP and Ruby beyond their trees."""

from __future__ import annotations

import pytest

pytest.importorskip("ast_grep_py")

from cybersecqwen.detect.code.looking import Look
from cybersecqwen.detect.code.php import code_alone
from cybersecqwen.detect.code.rulefile import rule_of
from cybersecqwen.detect.code.shapes import Shape
from cybersecqwen.inputs.source.files import SourceFile


def looked_at(text: str, language: str) -> Look:
    return Look(SourceFile(path="example", language=language, text=text))


def shape(text: str, language: str, call: str, argument: str = "0") -> Shape:
    look = looked_at(text, language)
    (found,) = look.matcher.facts.calls[call]
    return look.matcher.facts.shapes.of(found.argument(argument, look.matcher.facts.tree.profile.keywords))


def names(text: str, language: str) -> set[str]:
    return {call.name for calls in looked_at(text, language).matcher.facts.calls.values() for call in calls}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<p>it's</p><?php run(); ?><b>", " " * 11 + "     " + " run(); ; " + "   "),
        ("x<?= $a ?>", "echo $a ; "),
        ("<?= 1 ?><?= 2 ?>", "    1 ;echo 2 ; "),
        ("run(); ?>text<?php stop();", "run(); ;           stop();"),
        ("<?php f('?>'); /* ?> */ g();", "      f('?>'); /* ?> */ g();"),
        ("<?php // note ?>text", "      // note ;     "),
        ("<?php f(<<<X\n?>\nX); ?>t", "      f(<<<X\n?>\nX); ;  "),
        ("<html></html>", " " * 13),
        ("@if(`a`)\n{{ 1 }}", " " * 8 + "\n" + " " * 7),
        ("run();", "run();"),
    ],
)
def test_pages_around_php_are_blank(text: str, shown: str) -> None:
    assert code_alone(text) == shown
    assert len(code_alone(text)) == len(text)


@pytest.mark.timeout(60)
def test_a_large_page_of_php_is_read_once() -> None:
    for part in ("<?php f('a'); ?>b\n", "<?= 1 ?>", "<?php <<<A\n", "<?php '", "?>", "/*", "#?"):
        text = part * 100_000
        assert len(code_alone(text)) == len(text)


def test_statements_of_php_and_ruby_are_calls() -> None:
    page = "<p><?php include $page; echo 'a', $b; print $c; exit($d); `ls $e`; ?><?= $f ?>"
    assert {"include", "echo", "print", "exit", "`"} <= names(page, "php")
    assert shape("<?php echo 'a', $b;", "php", "echo", "1") is Shape.OTHER
    assert shape("<?php `ls $e`;", "php", "`") is Shape.BUILT
    assert shape("`ls`", "ruby", "`") is Shape.CONSTANT
    assert shape("`ls #{e}`", "ruby", "`") is Shape.BUILT


def test_names_from_the_outermost_namespace_have_no_sign_before_them() -> None:
    assert "exec" in names("<?php \\exec($a);", "php")
    assert "system" in names("void f(char *a) { ::system(a); }", "cpp")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("class A { void f() { Random r = new Random(); r.nextInt(); } }", "Random.nextInt"),
        (
            "import java.util.Random; class A { Random r; int f() { return r.nextInt(); } }",
            "java.util.Random.nextInt",
        ),
        ("class A { int f(Random r) { return r.nextInt(); } }", "Random.nextInt"),
        ("class A { void f() { var r = new Random(); r.nextInt(); } }", "Random.nextInt"),
        ("class A { void f(Random r) { r.nextInt(); } void g(Other r) { } }", "r.nextInt"),
        ("class A { void f(List<Random> r) { r.get(0); } }", "List.get"),
    ],
)
def test_a_variable_of_java_stands_for_its_class(text: str, name: str) -> None:
    assert name in names(text, "java")


@pytest.mark.parametrize(
    "text",
    [
        "class A { void F() { Random r = new Random(); r.Next(); } }",
        "class A { void F() { var r = new Random(); r.Next(); } }",
        "class A { Random r; int F() { return r.Next(); } }",
        "class A { int F(Random r) { return r.Next(); } }",
    ],
)
def test_a_variable_of_csharp_stands_for_its_class(text: str) -> None:
    assert "Random.Next" in names(text, "csharp")


@pytest.mark.parametrize(
    ("text", "language", "made"),
    [
        ("void f() { g(4 * sizeof(int)); }", "c", Shape.CONSTANT),
        ("void f() { g(LENGTH + 1); }", "c", Shape.CONSTANT),
        ("void f(int LENGTH) { g(LENGTH); }", "c", Shape.OTHER),
        ("void f(int n) { g(n * 2); }", "c", Shape.OTHER),
        ('void f() { char a[20] = ""; g(a); }', "c", Shape.OTHER),
        ('void f() { const char a[] = "x"; g(a); }', "c", Shape.CONSTANT),
        ('class A { void F() { G("a" + Names.TABLE); } }', "csharp", Shape.CONSTANT),
        ('class A { const string B = "b"; void F() { G($"a {B}"); } }', "csharp", Shape.CONSTANT),
        ('class A { void F(string b) { G($"a {b}"); } }', "csharp", Shape.BUILT),
        ('class A { void F(string b) { G(string.Format("a {0}", b)); } }', "csharp", Shape.BUILT),
        ("class A { void F(string b) { G(String.Format(culture, form, b)); } }", "csharp", Shape.BUILT),
        ('class A { void f() { g("a" + Names.TABLE); } }', "java", Shape.CONSTANT),
        ("class A { void f(String a) { g(String.format(FORM, a)); } }", "java", Shape.BUILT),
        ("class A { void f(List a) { g(a.format(FORM, a)); } }", "java", Shape.OTHER),
        ('<?php g("a" . TABLE . Names::TABLE);', "php", Shape.CONSTANT),
        ('<?php function f($b) { g("a $b"); }', "php", Shape.BUILT),
        ("g('a' + TABLE)", "ruby", Shape.CONSTANT),
    ],
)
def test_shapes(text: str, language: str, made: Shape) -> None:
    assert shape(text, language, "G" if language == "csharp" else "g") is made


RULE = """
title: An asked value
cwe: [79]
severity: low
why: A value that was asked for goes out as it came in.
instead: Make it harmless before it goes out again.
calls:
  - to: [echo]
    where: {0: {from: '\\$_GET\\b', not_from: '\\bintval\\('}}
bad: [a]
good: [a]
"""


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("<?php echo $_GET['a'];", 1),
        ("<?php $a = $_GET['a']; $b = 'x' . $a; echo $b;", 1),
        ("<?php $a = intval($_GET['a']); $b = 'x' . $a; echo $b;", 0),
        ("<?php function f() { $a = $_GET['a']; } function g() { echo $a; }", 0),
        ("<?php $a = $a . 'x'; echo $a;", 0),
    ],
)
def test_a_condition_may_ask_where_a_value_comes_from(text: str, count: int) -> None:
    rule = rule_of(RULE, "php", "example")
    assert len(looked_at(text, "php").matcher.hits(rule)) == count


def test_a_parameter_comes_from_where_it_is_declared() -> None:
    text = "class A { void f(@RequestParam String a, String b) { g(a); h(b); } }"
    look = looked_at(text, "java")
    for name, declared in (("g", "@RequestParam String a"), ("h", "String b")):
        (call,) = look.matcher.facts.calls[name]
        assert list(look.matcher.facts.shapes.origins(call.argument("0", frozenset()))) == [
            name.translate({103: "a", 104: "b"}),
            declared,
        ]


@pytest.mark.timeout(60)
def test_a_name_that_is_set_thousands_of_times_is_followed_a_few_steps() -> None:
    rule = rule_of(RULE, "php", "example")
    text = "<?php " + "$a = $a . $_GET['b']; echo $a;\n" * 20_000
    assert looked_at(text, "php").matcher.hits(rule)
