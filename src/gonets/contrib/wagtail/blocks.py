"""Blocks for StreamFields: a form for signing up, on whichever page an author wants."""

from __future__ import annotations

from typing import Any

from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from gonets.contrib.wagtail.signup_words import (
    newsletter_choices,
    offered,
    signup_context,
)
from gonets.web.sign_up_forms import FormWords

TEMPLATE = "gonets/parts/sign_up_form.html"


class NewsletterSignupBlock(blocks.StructBlock):  # type: ignore[misc]
    """A form for signing up, with the author's own words."""

    newsletters = blocks.MultipleChoiceBlock(
        choices=newsletter_choices,
        required=False,
        widget=CheckboxSelectMultiple,
        label=_("Newsletters"),
        help_text=_("None chosen: all that anybody can subscribe to."),
    )
    heading = blocks.CharBlock(required=False, max_length=200, label=_("Heading"))
    text = blocks.RichTextBlock(
        required=False, features=["bold", "italic", "link"], label=_("Text")
    )
    button = blocks.CharBlock(
        required=False,
        max_length=100,
        label=_("Button"),
        help_text=_("Empty: “Subscribe”."),
    )
    consent = blocks.TextBlock(
        required=False,
        max_length=1000,
        label=_("What people agree to"),
        help_text=_("Kept as evidence with everybody who signs up here."),
    )
    asks_name = blocks.BooleanBlock(required=False, label=_("Ask for the name, too"))

    class Meta:
        template = TEMPLATE
        icon = "mail"
        label = _("Newsletter sign-up")

    def get_context(
        self, value: Any, parent_context: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        words = FormWords(
            heading=value.get("heading") or "",
            text=value.get("text") or "",
            button=value.get("button") or "",
            consent=value.get("consent") or "",
            asks_name=bool(value.get("asks_name")),
        )
        newsletters = offered(value.get("newsletters") or [])
        return {**context, **signup_context(newsletters, words, parent_context)}


class SavedNewsletterSignupBlock(SnippetChooserBlock):  # type: ignore[misc]
    """A form that is written once, as a snippet, and stands on many pages."""

    class Meta:
        template = TEMPLATE
        icon = "mail"
        label = _("Saved newsletter sign-up")

    def __init__(self, **options: Any) -> None:
        super().__init__("gonets_wagtail.NewsletterSignup", **options)

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        """Keep the model out of the migrations of whoever uses the block."""
        _path, _args, options = super().deconstruct()
        own = f"{type(self).__module__}.{type(self).__qualname__}"
        return own, (), {k: v for k, v in options.items() if k != "target_model"}

    def get_context(
        self, value: Any, parent_context: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        return {**context, **(value.form_context(parent_context) if value else {})}
