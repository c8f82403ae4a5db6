"""Materials are found by the stems of their words."""

from typing import Any

from django.db import migrations

from gonets.content.searching import searchable

CHUNK = 500


def by_stems(apps: Any, schema_editor: Any) -> None:
    materials = apps.get_model("gonets_content", "Material").objects
    changed = []
    texts = materials.only("title", "teaser", "body").iterator(chunk_size=CHUNK)
    for material in texts:
        material.search_text = searchable(
            title=material.title, teaser=material.teaser, body=material.body
        )
        changed.append(material)
        if len(changed) == CHUNK:
            materials.bulk_update(changed, ["search_text"])
            changed.clear()
    materials.bulk_update(changed, ["search_text"])


class Migration(migrations.Migration):
    dependencies = [("gonets_content", "0004_fetching_by_itself")]

    operations = [migrations.RunPython(by_stems, migrations.RunPython.noop)]
