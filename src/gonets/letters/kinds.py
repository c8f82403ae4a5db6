"""What an entry of a letter can be: a material of the site, or a block of one's own."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class EntryKind(TextChoices):
    MATERIAL = "material", _("material")
    TEXT = "text", pgettext_lazy("block of a letter", "Text")
    PICTURE = "picture", pgettext_lazy("block of a letter", "Picture")
    BUTTON = "button", pgettext_lazy("block of a letter", "Button")
    QUOTE = "quote", pgettext_lazy("block of a letter", "Quotation")
    DIVIDER = "divider", pgettext_lazy("block of a letter", "Dividing line")
    EVENT = "event", pgettext_lazy("block of a letter", "Event")
    COLUMNS = "columns", pgettext_lazy("block of a letter", "Two columns")
    HTML = "html", pgettext_lazy("block of a letter", "HTML code")


BLOCKS = tuple(kind for kind in EntryKind if kind != EntryKind.MATERIAL)
