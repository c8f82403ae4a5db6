"""Letter templates that administrators wrote or imported."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import pgettext_lazy


class TemplateKind(models.TextChoices):
    MJML = "mjml", "MJML"
    HTML = "html", "HTML"


class LetterTemplate(models.Model):
    """An own template; newsletters and issues know it as ``name``.

    One that was deleted stays for the issues that went out with it.
    """

    title = models.CharField(pgettext_lazy("of a template", "name"), max_length=100)
    kind = models.CharField(
        max_length=8, choices=TemplateKind.choices, default=TemplateKind.MJML
    )
    base = models.CharField(max_length=40, blank=True)  # the design it began as
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=TemplateKind.values),
                name="template_kind_known",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def name(self) -> str:
        return f"own-{self.pk}"


class TemplateVersion(models.Model):
    """A template as it was saved once; never changes.  The newest one is in use."""

    template = models.ForeignKey(
        LetterTemplate, models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField()
    source = models.TextField()
    restored_from = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["template", "number"], name="version_number_once_per_template"
            )
        ]

    def __str__(self) -> str:
        return f"{self.template_id} v{self.number}"
