"""The form of a brand; its rules are the domain's own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from gonets.content.errors import NotAPicture
from gonets.content.pictures import MAX_BYTES, store_picture
from gonets.kernel.html import storable
from gonets.letters.branding import FONTS
from gonets.letters.gallery import Design
from gonets.letters.types import Brand, BrandLink
from gonets.newsletters.brands import (
    BrandValues,
    checked_brand,
    tolerant_brand,
)
from gonets.newsletters.errors import BadBrand
from gonets.newsletters.models import BrandSettings

LONGEST_TYPED = 20_000
TEXTS = ("accent", "background", "ink", "heading_font", "text_font", "footer", "links")

FONT_NAMES = {
    "system": _("System font"),
    "arial": "Arial",
    "verdana": "Verdana",
    "tahoma": "Tahoma",
    "trebuchet": "Trebuchet",
    "georgia": "Georgia",
    "times": "Times",
    "courier": "Courier",
}
FONT_CHOICES = [
    ("", _("as the design has it")),
    *((name, FONT_NAMES[name]) for name in FONTS),
]


def _colour(label: Any, help_text: Any = "") -> forms.CharField:
    attrs = {"data-colour": "", "spellcheck": "false", "translate": "no"}
    widget = forms.TextInput(attrs={**attrs, "autocomplete": "off"})
    return forms.CharField(
        label=label, help_text=help_text, required=False, widget=widget, max_length=20
    )


class BrandForm(forms.Form):
    logo = forms.FileField(
        label=_("Logo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=_(
            "Stands at the head of letters instead of the newsletter’s name. PNG or "
            "JPEG, at least 400 pixels wide."
        ),
    )
    logo_dark = forms.FileField(
        label=_("Logo for dark mode"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=_("If the logo cannot be seen on a dark ground."),
    )
    accent = _colour(_("Accent"), _("Links, buttons and coloured areas."))
    background = _colour(_("Background"))
    ink = _colour(_("Text"))
    heading_font = forms.ChoiceField(
        label=_("Font of headings"), required=False, choices=FONT_CHOICES
    )
    text_font = forms.ChoiceField(
        label=_("Font of texts"), required=False, choices=FONT_CHOICES
    )
    footer = forms.CharField(
        label=_("At the foot of letters"),
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Who you are, in a few words. The link to unsubscribe and the postal "
            "address stand there anyway."
        ),
    )
    links = forms.CharField(
        label=_("Links at the foot"),
        required=False,
        widget=forms.Textarea(
            attrs={"rows": 3, "placeholder": "Telegram https://t.me/…"}
        ),
        help_text=_("One a line: a name, a space, the address."),
    )

    def show_defaults(self, design: Design) -> None:
        """Let empty fields show the colours that letters have then."""
        for name, colour in (
            ("accent", design.accent),
            ("background", design.paper),
            ("ink", design.ink),
        ):
            self.fields[name].widget.attrs["placeholder"] = colour

    @classmethod
    def of(cls, row: BrandSettings | None) -> BrandForm:
        """Return the form filled in with what is set now."""
        if row is None:
            return cls()
        initial = {name: getattr(row, name) for name in TEXTS}
        links = "\n".join(f"{label} {address}" for label, address in row.links)
        return cls(initial={**initial, "links": links})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            checked_brand(_values(cleaned))
        except BadBrand as error:
            for name, problem in error.problems.items():
                self.add_error(name, problem)
        return cleaned

    def values(self, row: BrandSettings | None, *, removed: set[str]) -> BrandValues:
        """Return what to store; a logo that is not chosen anew stays.

        :raises NotAPicture: if a file is none; ``problems`` of the form has it then.
        """
        logos: dict[str, Any] = {}
        for name in ("logo", "logo_dark"):
            logos[name] = self._logo(name, row, is_removed=name in removed)
        return replace(_values(self.cleaned_data), **logos)

    def _logo(self, name: str, row: BrandSettings | None, *, is_removed: bool) -> Any:
        upload = self.cleaned_data.get(name)
        if upload is None:
            return None if is_removed or row is None else getattr(row, name)
        try:
            # One byte more than is accepted: enough to know that it is too large.
            return store_picture(upload.read(MAX_BYTES + 1))
        except NotAPicture as error:
            self.add_error(name, str(error))
            raise


def brand_as_typed(request: HttpRequest, saved: Brand) -> Brand:
    """Return the brand that the query describes; ``saved`` has logos and the rest.

    What is empty in a newsletter's own brand is the site's, as ``saved`` has it.
    """
    columns: Any = tolerant_brand(_typed(request.GET))
    links = tuple(BrandLink(label=label, address=at) for label, at in columns["links"])
    given = {name: columns[name] for name in TEXTS if name != "links" and columns[name]}
    return replace(saved, **given, links=links or saved.links)


def typed_brand(query: QueryDict) -> Brand:
    columns: Any = tolerant_brand(_typed(query))
    return Brand(**{name: columns[name] for name in TEXTS if name != "links"})


def _typed(query: QueryDict) -> BrandValues:
    texts: dict[str, Any] = {
        name: storable(query.get(name, ""))[:LONGEST_TYPED] for name in TEXTS
    }
    return BrandValues(**texts)


def _values(cleaned: dict[str, Any]) -> BrandValues:
    return BrandValues(**{name: cleaned.get(name, "") for name in TEXTS})
