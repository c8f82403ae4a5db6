"""From one chosen relay to any number of enabled ones."""

from urllib.parse import urlsplit

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

KINDS = ("mailbox", "environment", "settings")


def enable_what_was_chosen(apps, _schema_editor):
    chosen = apps.get_model("gonets_publishing", "ChosenRelay").objects.first()
    rows = apps.get_model("gonets_delivery", "Relay").objects
    for row in rows.filter(name__in=KINDS):
        row.origin = row.name
        if row.origin != "mailbox":
            host = urlsplit(row.url).hostname or row.name
            is_taken = rows.filter(name=host).exists()
            row.name = f"{host} ({row.pk})" if is_taken else host
        row.save()
    if chosen is None:  # The configuration decided, and else the mailbox.
        rows.filter(origin="environment").update(is_enabled=True)
        return
    rows.filter(origin="settings").update(is_enabled=True)
    if not rows.filter(origin="environment").exists():
        # Should the configuration name one: it was not wanted.
        rows.create(name="(configuration)", origin="environment", url="")
    if chosen.relay_id is None:
        only = apps.get_model("gonets_publishing", "MailboxOnly")
        only.objects.create(
            pk=1, chosen_at=chosen.chosen_at, chosen_by_id=chosen.chosen_by_id
        )


class Migration(migrations.Migration):
    dependencies = [
        ("gonets_delivery", "0006_several_relays"),
        ("gonets_publishing", "0004_signing_keys"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="MailboxOnly",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("chosen_at", models.DateTimeField()),
                (
                    "chosen_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("pk", 1)), name="mailbox_only_once"
                    )
                ],
            },
        ),
        migrations.RunPython(enable_what_was_chosen, migrations.RunPython.noop),
        migrations.DeleteModel(name="ChosenRelay"),
    ]
