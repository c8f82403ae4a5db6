"""Sections follow their source to other places, unless editors have moved them."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F


def tell_who_placed(apps: Any, _schema_editor: Any) -> None:
    """Below another source's section only an editor can have put one."""
    sections = apps.get_model("gonets_content", "Section").objects
    placed = sections.exclude(source__kind="own").exclude(parent=None)
    placed.exclude(parent__source=F("source")).update(is_moved=True)
    for section in placed.filter(parent__source=F("source")).iterator():
        section.source_parent_id = section.parent_id
        section.save(update_fields=["source_parent"])


class Migration(migrations.Migration):
    dependencies = [
        ("gonets_content", "0010_withdrawn_visibility"),
    ]

    operations = [
        migrations.AddField(
            model_name="section",
            name="gone_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="section",
            name="is_listed",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="section",
            name="is_moved",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="section",
            name="source_parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="gonets_content.section",
            ),
        ),
        migrations.RunPython(tell_who_placed, migrations.RunPython.noop),
    ]
