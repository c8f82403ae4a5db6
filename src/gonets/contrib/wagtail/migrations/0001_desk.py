"""The permissions of the desk, and the site's pages as its first source."""

from typing import Any

from django.db import migrations, models

from gonets.kernel import clock


def add_pages(apps: Any, _schema_editor: Any) -> None:
    """Add it once: an owner who removes it does not get it again."""
    sources = apps.get_model("gonets_content", "Source").objects
    now = clock.now()
    sources.create(
        kind="model",
        name="Wagtail",
        settings={"source": "wagtail"},
        created_at=now,
        next_fetch_at=now,
    )


class Migration(migrations.Migration):
    initial = True
    dependencies = [("gonets_content", "0004_fetching_by_itself")]
    operations = [
        migrations.CreateModel(
            name="Desk",
            fields=[("id", models.BigAutoField(primary_key=True, serialize=False))],
            options={
                "permissions": (
                    ("edit_newsletters", "Make and send newsletters"),
                    ("set_up_newsletters", "Set newsletters up"),
                ),
                "managed": False,
                "default_permissions": (),
            },
        ),
        migrations.RunPython(add_pages, migrations.RunPython.noop),
    ]
