from django.db import migrations

# What SQLite is told with two statements (account._PASS_ON, shorthand._INTEND) in a
# transaction takes PostgreSQL five messages; this is one.  The run is locked first, as
# everywhere, so that what follows sees every stop that was there before it.
CREATE = """
    CREATE FUNCTION gonets_delivery_plain_page(
        run_id bigint, intended integer, newly_accepted integer,
        row_id bigint, on_the_way text, noted text, address_keys text[],
        stop_scope text, noted_at timestamptz
    ) RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM 1 FROM gonets_delivery_run AS r
        WHERE r.id = $1 AND r.status = 'running'
            AND r.pending + r.claimed + r.intent + r.deferred <> $3
        FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        UPDATE gonets_delivery_ontheway AS o
        SET delivery_ids = $5, accepted = $6, at = $9
        WHERE o.id = $4
            AND EXISTS (SELECT 1 FROM gonets_delivery_worker AS w
                WHERE w.id = o.worker_id AND w.ended_at IS NULL AND w.lease_until > $9)
            AND NOT EXISTS (SELECT 1 FROM gonets_delivery_stop AS s
                WHERE s.scope IN ('', $8) AND s.address_key = ANY($7));
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        UPDATE gonets_delivery_run AS r
        SET claimed = r.claimed - $2, intent = r.intent + $2 - $3,
            accepted = r.accepted + $3
        WHERE r.id = $1;
        RETURN true;
    END $$
"""
DROP = """
    DROP FUNCTION gonets_delivery_plain_page(
        bigint, integer, integer, bigint, text, text, text[], text, timestamptz)
"""


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("gonets_delivery", "0008_shorthand")]

    operations = [migrations.RunPython(create, drop)]
