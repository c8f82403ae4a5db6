"""Letter designs: MiniJinja over MJML, turned into HTML that mail programs show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import css_inline
from django.utils.translation import gettext as _
from minijinja import Environment, TemplateError
from mjml import mjml2html

from gonets.letters.errors import TemplateFault
from gonets.letters.gallery import DESIGNS

FUEL = 500_000
"""Steps of the template engine for a whole letter; a digest of 20 takes about 5,000."""

MAX_CHARACTERS = 1_000_000

KNOWN_TAGS = {
    *("mjml", "mj-head", "mj-body", "mj-raw", "mj-title", "mj-breakpoint", "mj-style"),
    *("mj-attributes", "mj-all", "mj-class", "mj-preview", "mj-wrapper", "mj-section"),
    *("mj-group", "mj-column", "mj-text", "mj-image", "mj-button", "mj-divider"),
    *("mj-spacer", "mj-table", "mj-social", "mj-social-element", "mj-hero"),
}
"""The compiler lets any other vanish without a word, so we refuse them."""


SHARED = ("parts.mjml", "head.mjml", "blocks.mjml")
"""What designs may include; there is nothing else to be had."""


@cache
def design_named(name: str) -> str:
    """Return the source of a design.

    :raises TemplateFault: if there is none of that name.
    """
    source = files("gonets.letters") / "designs" / name / "letter.mjml"
    if name not in DESIGNS or not source.is_file():
        raise TemplateFault(
            "", _("There is no letter design named “%(name)s”.") % {"name": name}
        )
    return source.read_text(encoding="utf-8")


@cache
def _shared(name: str) -> str | None:
    if name not in SHARED:
        return None
    source = files("gonets.letters") / "designs" / "shared" / name
    return source.read_text(encoding="utf-8")


def mjml_of(design: str, context: Mapping[str, object]) -> str:
    """Fill in a design; a hostile one is stopped.

    ``context`` must be immutable: templates can call the methods of what they get.

    :raises TemplateFault: if the design is wrong, too large or endless.
    """
    engine = Environment(
        loader=_shared,
        debug=False,
        fuel=FUEL,
        auto_escape_callback=lambda _name: True,
    )
    engine.remove_global("debug")
    try:
        filled = engine.render_str(design, "letter.mjml", **context).strip()
    except TemplateError as error:
        raise _broken(error.message.splitlines()[0]) from error
    if len(filled) > MAX_CHARACTERS:
        raise _broken(_("the letter becomes larger than a million characters"))
    _check_tags(filled)
    return filled


def html_of(mjml: str) -> tuple[str, str]:
    """Return the HTML and the style rules still to be written into its elements.

    :raises TemplateFault: if it is not MJML.
    """
    rules = "".join(match[1] for match in _INLINE_STYLE.finditer(mjml))
    try:
        html = mjml2html(
            _INLINE_STYLE.sub("", _COMMENT.sub("", mjml)),
            fonts={},  # The compiler would link a font of another host.
            social_icon_origin="",
        )
    except ValueError as error:
        raise _broken(str(error)) from error
    return _between_tags(html), rules


def with_inlined(html: str, rules: str) -> str:
    """Write style ``rules`` into the elements; sheets in the head stay as they are."""
    inliner = css_inline.CSSInliner(
        keep_style_tags=True,
        keep_at_rules=True,
        load_remote_stylesheets=False,
        extra_css=rules,
    )
    try:
        inlined: str = inliner.inline(html.replace("<style", f"<style {_IGNORED}"))
    except css_inline.InlineError as error:
        raise _broken(str(error)) from error
    return inlined.replace(f" {_IGNORED}", "")


_IGNORED = 'data-css-inline="ignore"'
_TAG = re.compile(r"</?(mj[\w-]*)")
_COMMENT = re.compile(r"<!--(?!\[if).*?-->", re.DOTALL)
_INLINE_STYLE = re.compile(
    r"<mj-style\s+inline=\"inline\"\s*>(.*?)</mj-style>", re.DOTALL
)
_LEADING_BLANKS = re.compile(r"\n\s+")


def _check_tags(mjml: str) -> None:
    unknown = sorted({match[1] for match in _TAG.finditer(mjml)} - KNOWN_TAGS)
    if unknown:
        raise _broken(_("it has an unknown element, <%(tag)s>") % {"tag": unknown[0]})


def _between_tags(html: str) -> str:
    """Drop indentation: every byte counts before mail programs clip the letter."""
    return _LEADING_BLANKS.sub("\n", html)


def _broken(reason: str) -> TemplateFault:
    sentence = _("The letter design does not work: %(reason)s.")
    return TemplateFault("", sentence % {"reason": reason})
