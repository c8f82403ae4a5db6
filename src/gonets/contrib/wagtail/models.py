"""What groups of the Wagtail admin may be allowed; forms for signing up, saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db import models
from django.forms import CheckboxSelectMultiple
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.rich_text import expand_db_html
from wagtail.snippets.models import register_snippet

from gonets.contrib.wagtail.signup_words import offered, signup_context
from gonets.newsletters.models import Newsletter
from gonets.web.sign_up_forms import FormWords


class Desk(models.Model):  # noqa: DJ008  # It has no rows.
    """Holds the permissions of the newsletter desk; it has no rows."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = (
            ("edit_newsletters", _("Make and send newsletters")),
            ("set_up_newsletters", _("Set newsletters up")),
        )


@register_snippet
class NewsletterSignup(models.Model):
    """A form for signing up that is written once and stands on many pages."""

    name = models.CharField(
        _("name"),
        max_length=100,
        unique=True,
        help_text=_("For authors only, such as “Foot of every page”."),
    )
    newsletters = models.ManyToManyField(
        Newsletter,
        blank=True,
        related_name="+",
        verbose_name=_("newsletters"),
        help_text=_("None chosen: all that anybody can subscribe to."),
    )
    heading = models.CharField(_("heading"), max_length=200, blank=True)
    text = RichTextField(_("text"), blank=True, features=["bold", "italic", "link"])
    button = models.CharField(
        _("button"), max_length=100, blank=True, help_text=_("Empty: “Subscribe”.")
    )
    consent = models.TextField(
        _("what people agree to"),
        max_length=1000,
        blank=True,
        help_text=_("Kept as evidence with everybody who signs up here."),
    )
    asks_name = models.BooleanField(_("ask for the name, too"), default=False)

    panels = (
        FieldPanel("name"),
        FieldPanel("newsletters", widget=CheckboxSelectMultiple),
        FieldPanel("heading"),
        FieldPanel("text"),
        FieldPanel("button"),
        FieldPanel("consent"),
        FieldPanel("asks_name"),
    )

    objects: ClassVar[models.Manager[Any]] = models.Manager()

    class Meta:
        verbose_name = _("newsletter sign-up")
        verbose_name_plural = _("newsletter sign-ups")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    def form_context(self, around: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return what the form shows on the page whose context is ``around``."""
        keys = list(self.newsletters.values_list("readership__key", flat=True))
        words = FormWords(
            heading=self.heading,
            # Cleaned by the editor's features when it was written.
            text=mark_safe(expand_db_html(self.text)),  # noqa: S308
            button=self.button,
            consent=self.consent,
            asks_name=self.asks_name,
        )
        return signup_context(offered(keys), words, around)
