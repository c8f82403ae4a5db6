"""Tell what nobody sees any more from what only some see."""

from typing import Any

from django.db import migrations, models


def tell_apart(apps: Any, _schema_editor: Any) -> None:
    """Until now a source that lets nothing private in had only withdrawn things."""
    materials = apps.get_model("gonets_content", "Material").objects
    private = materials.filter(visibility="private", source__takes_private=False)
    private.update(visibility="gone")


def join_again(apps: Any, _schema_editor: Any) -> None:
    materials = apps.get_model("gonets_content", "Material").objects
    materials.filter(visibility="gone").update(visibility="private")


class Migration(migrations.Migration):
    dependencies = [
        ("gonets_content", "0009_hubs"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="material",
            name="material_visibility_known",
        ),
        migrations.AlterField(
            model_name="material",
            name="visibility",
            field=models.CharField(
                choices=[
                    ("public", "public"),
                    ("private", "private"),
                    ("gone", "withdrawn"),
                ],
                default="public",
                max_length=8,
                verbose_name="who can see it",
            ),
        ),
        migrations.RunPython(tell_apart, join_again),
        migrations.AddConstraint(
            model_name="material",
            constraint=models.CheckConstraint(
                condition=models.Q(("visibility__in", ["public", "private", "gone"])),
                name="material_visibility_known",
            ),
        ),
    ]
