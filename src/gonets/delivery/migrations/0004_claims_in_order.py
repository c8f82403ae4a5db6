from django.db import migrations

# PostgreSQL would rather walk along the primary key and look at everybody who has got
# the letter already, as long as it believes that nobody has.  The order of "id + 0" can
# only be had from this index.
CREATE = """
    CREATE INDEX what_can_be_claimed_in_order ON gonets_delivery_delivery
    (run_id, (id + 0)) WHERE status = 'pending'
"""


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX what_can_be_claimed_in_order")


class Migration(migrations.Migration):
    dependencies = [("gonets_delivery", "0003_account_and_retention")]

    operations = [migrations.RunPython(create, drop)]
