"""The words for what people are told about a source."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SourceNews(TextChoices):
    FAILING = "failing", _("a source has not worked for a day")
    WELL = "well", _("a source works again")
