"""Give the entries that there are a base to be compared with."""

from django.db import migrations
from django.db.models import F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce


def fill_bases(apps, schema_editor):
    """Editors could change descriptions of pictures, but neither pictures nor addresses.

    What a description was is unknown: the site's of today stands for it, so that none
    that an editor wrote is replaced.
    """
    Entry = apps.get_model("gonets_newsletters", "Entry")
    Material = apps.get_model("gonets_content", "Material")
    description = Material.objects.filter(pk=OuterRef("material_id"))
    Entry.objects.filter(base_address="", base_picture=None).update(
        base_address=F("address"),
        base_picture_id=F("picture_id"),
        base_picture_alt=Coalesce(
            Subquery(description.values("picture_alt")[:1]), F("picture_alt"), Value("")
        ),
    )


class Migration(migrations.Migration):
    dependencies = [
        ("gonets_content", "0001_initial"),
        ("gonets_newsletters", "0003_entry_bases"),
    ]

    operations = [migrations.RunPython(fill_bases, migrations.RunPython.noop)]
