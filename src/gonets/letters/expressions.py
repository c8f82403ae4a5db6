"""Personal expressions in an editor's text: found and checked.

An expression is ``{{ … }}``, or ``{% if … %} … {% endif %}`` as one piece.  It knows
nothing but ``subscriber.<value>``.  An empty value counts as missing, so that
``default("friends")`` speaks up for it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from minijinja import Environment, TemplateError

from gonets.letters.errors import ReaderUnfit, TemplateFault
from gonets.letters.personalising import (
    Personal,
    PersonalValues,
    Piece,
    SubscriberValue,
    fitting,
)

FUEL = 2_000
"""Steps of the template engine for one expression; an honest one takes about ten."""

MAX_SOURCE_CHARACTERS = 4_000
MAX_NESTING = 10

ENDS = {"if": "endif"}
BRANCHES = {"elif", "else"}


@dataclass(frozen=True, slots=True)
class Expression:
    """What an editor wrote; ``engine`` holds it compiled, for HTML and for text."""

    field: str
    source: str
    engine: Environment
    names: frozenset[str] = frozenset()

    def as_html(self, values: PersonalValues) -> str:
        return self._rendered("html", values)

    def as_text(self, values: PersonalValues) -> str:
        return self._rendered("text", values)

    def _rendered(self, form: str, values: PersonalValues) -> str:
        try:
            filled = self.engine.render_template(form, subscriber=values.subscriber)
        except TemplateError as error:
            raise ReaderUnfit(
                _("%(source)s cannot be filled in for this reader: %(reason)s")
                % {"source": self.source, "reason": error.message}
            ) from error
        return fitting(self.source, filled)


def pieces_of_text(field: str, text: str) -> tuple[Piece, ...]:
    """Split plain ``text`` into fixed text and personal expressions.

    :raises TemplateFault: naming ``field``.
    """
    return tuple(
        _text_expression(field, part) if is_personal else part
        for part, is_personal in _parts(field, _found(field, text), text)
        if part
    )


def pieces_of_html(field: str, fragment: str) -> tuple[Piece, ...]:
    """Split a clean fragment; entities inside an expression's brackets are undone.

    :raises TemplateFault: naming ``field``.
    """
    found = _in_the_text(field, _found(field, fragment), fragment)
    return tuple(
        _html_expression(field, part) if is_personal else part
        for part, is_personal in _parts(field, found, fragment)
        if part
    )


# Quoted strings may hold closing brackets.  The alternatives exclude each other, so
# hostile text cannot make this backtrack.
_QUOTED = r""""(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""
_BRACKETS = re.compile(
    rf"\{{\{{(?:{_QUOTED}|(?!\}}\}})[^\"'])*\}}\}}"
    rf"|\{{%(?:{_QUOTED}|(?!%\}})[^\"'])*%\}}"
    r"|\{#(?:(?!#\}).)*#\}",
    re.DOTALL,
)
# What nearly every editor writes.
_PLAIN_VALUE = re.compile(
    r"\{\{\s*subscriber\.([A-Za-z_]\w*)\s*"
    rf"(?:\|\s*(?:default|d)\(\s*(?:{_QUOTED})\s*\)\s*)?\}}\}}"
)
_OPENING = re.compile(r"\{\{|\{%|\{#")
_KEYWORD = re.compile(r"\{%[-+]?(?:\s|&nbsp;)*(\w*)")
_HTML_TAG = re.compile(r"<[^>]*>")
_LINE_ENDING_TAG = re.compile(r"</(?:p|li|h[1-6]|blockquote)>|<br>")

Found = Iterator[re.Match[str]]


def _found(field: str, text: str) -> Found:
    """Yield every pair of brackets; the first one that stays open is a fault."""
    opening = _OPENING.search(text)
    while opening:
        brackets = _BRACKETS.match(text, opening.start())
        if brackets is None:
            reason = _("its closing brackets are missing, or a quotation mark is")
            raise _fault(field, text[opening.start() :][:60], reason)
        yield brackets
        opening = _OPENING.search(text, brackets.end())


def _in_the_text(field: str, found: Found, fragment: str) -> Found:
    """Let only brackets pass that stand between the tags, and hold none."""
    position = 0
    in_tag = False
    for brackets in found:
        fixed = fragment[position : brackets.start()]
        if "<" in fixed or ">" in fixed:
            in_tag = fixed.rfind("<") > fixed.rfind(">")
        if in_tag:
            reason = _("personal parts can stand in the text, not in a link's address")
            raise _fault(field, brackets[0], reason)
        if _HTML_TAG.search(brackets[0]):
            raise _fault(field, brackets[0], _("its brackets hold formatting"))
        position = brackets.end()
        yield brackets


def _parts(field: str, found: Found, text: str) -> Iterator[tuple[str, bool]]:
    """Yield text and whether it is an expression; comments are left out."""
    position = 0
    for opening in found:
        yield text[position : opening.start()], False
        position = _closing(field, opening, found).end()
        if not opening[0].startswith("{#"):
            yield text[opening.start() : position], True
    yield text[position:], False


def _closing(field: str, opening: re.Match[str], found: Found) -> re.Match[str]:
    """Return where the expression ends: itself, or the end of its condition."""
    if not opening[0].startswith("{%"):
        return opening
    awaited = [_end_word(field, opening)]
    for brackets in found:
        word = _keyword(brackets)
        if word == awaited[-1]:
            awaited.pop()
        elif word and word not in BRANCHES:
            awaited.append(_end_word(field, brackets))
        if not awaited:
            return brackets
        if len(awaited) > MAX_NESTING:
            break
    raise _fault(field, opening[0], _("its end, {% endif %}, is missing"))


def _keyword(brackets: re.Match[str]) -> str:
    keyword = _KEYWORD.match(brackets[0])
    return keyword[1] if keyword else ""


def _end_word(field: str, opening: re.Match[str]) -> str:
    word = ENDS.get(_keyword(opening))
    if word is None:
        reason = _("only {{ … }} and {% if … %} … {% endif %} are possible here")
        raise _fault(field, opening[0], reason)
    return word


def _text_expression(field: str, source: str) -> Personal:
    escaped = "".join(
        part if in_brackets else html.escape(part)
        for part, in_brackets in _bracketed(source)
    )
    return _expression(field, source, html_source=escaped, text_source=source)


def _html_expression(field: str, source: str) -> Personal:
    parts = [
        (html.unescape(part) if in_brackets else part, in_brackets)
        for part, in_brackets in _bracketed(source)
    ]
    return _expression(
        field,
        html.unescape(source),
        html_source="".join(part for part, _in_brackets in parts),
        text_source="".join(
            part if in_brackets else _words_of(part) for part, in_brackets in parts
        ),
    )


def _bracketed(source: str) -> Iterator[tuple[str, bool]]:
    position = 0
    for found in _BRACKETS.finditer(source):
        yield source[position : found.start()], False
        # A browser's editor writes no-break spaces, which the engine does not know.
        yield found[0].replace("&nbsp;", " ").replace("\N{NO-BREAK SPACE}", " "), True
        position = found.end()
    yield source[position:], False


def words_of_source(source: str) -> str:
    """Return an expression without the formatting that stands between its brackets."""
    return "".join(
        part if in_brackets else _HTML_TAG.sub("", _LINE_ENDING_TAG.sub(" ", part))
        for part, in_brackets in _bracketed(source)
    )


def _words_of(fragment: str) -> str:
    spaced = _LINE_ENDING_TAG.sub(" ", fragment)
    return html.unescape(_HTML_TAG.sub("", spaced))


def _expression(
    field: str, source: str, *, html_source: str, text_source: str
) -> Personal:
    if len(source) > MAX_SOURCE_CHARACTERS:
        raise _fault(field, source[:60], _("it is too long"))
    engine = _engine()
    try:
        engine.add_template("html", html_source)
        engine.add_template("text", text_source)
        names = engine.undeclared_variables_in_template("text", nested=True)
        _check_names(field, source, names)
        # Unknown filters and endless work only show when it runs.
        missing_html = engine.render_template("html", subscriber={})
        missing_text = engine.render_template("text", subscriber={})
        engine.render_template("html", subscriber=dict.fromkeys(_values(names), "x"))
    except TemplateError as error:
        raise _fault(field, source, _reason(error)) from error
    value = _PLAIN_VALUE.fullmatch(text_source)
    if value is not None:
        return SubscriberValue(source, value[1], missing_html, missing_text)
    return Expression(field, source, engine, frozenset(_values(names)))


def _engine() -> Environment:
    """Return an engine without anything that could reach, leak or bypass escaping."""
    engine = Environment(
        debug=False, fuel=FUEL, auto_escape_callback=lambda name: name == "html"
    )
    for name in list(engine.globals):
        engine.remove_global(name)
    for name in ("safe", "tojson", "pprint", "format", "attr", "map"):
        engine.remove_filter(name)
    return engine


def _check_names(field: str, source: str, names: set[str]) -> None:
    unknown = sorted(name for name in names if not _is_value(name))
    if unknown:
        reason = _("“%(name)s” is unknown; write subscriber.name, for example")
        raise _fault(field, source, reason % {"name": unknown[0]})


def _is_value(name: str) -> bool:
    # The engine would show a mapping's own methods, with where in memory they are.
    start, _dot, value = name.partition(".")
    return start == "subscriber" and bool(value) and not hasattr(dict, value)


def _values(names: set[str]) -> Iterator[str]:
    return (name.split(".")[1] for name in names)


def _reason(error: TemplateError) -> str:
    # The engine appends where it was; the sentence shows the place already.
    detail = error.message.split(" (in <")[0].split(" (in html")[0].splitlines()[0]
    match error.kind:
        case "OutOfFuel":
            return _("it would take too long")
        case "UnknownFilter":
            return _("there is no such filter (%(detail)s)") % {"detail": detail}
        case _:
            return _("it is not written correctly (%(detail)s)") % {"detail": detail}


def _fault(field: str, source: str, reason: str) -> TemplateFault:
    sentence = _("The personal part %(source)s does not work: %(reason)s.")
    return TemplateFault(field, sentence % {"source": source, "reason": reason})
