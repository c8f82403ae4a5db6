from django.db import migrations

# A handful is written only once, where a page's text is written anew some seven times:
# compressing it takes no longer than logging it whole, and the log is a fifth smaller.
HOW = "ALTER TABLE gonets_delivery_handful ALTER COLUMN letters SET STORAGE {how}"


def compressed(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(HOW.format(how="EXTENDED"))


def as_they_are(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(HOW.format(how="EXTERNAL"))


class Migration(migrations.Migration):
    dependencies = [("gonets_delivery", "0011_claim_in_one_statement")]

    operations = [migrations.RunPython(compressed, as_they_are)]
