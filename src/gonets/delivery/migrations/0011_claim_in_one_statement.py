from django.db import migrations

# A usual claim, as ``stock`` has bound its letters, in one message.  Nobody else has
# claimed of the run since ``pending`` was read (without everything having been written
# out, that number only falls), and all shorthand of the worker is still there.  It is
# committed without waiting for the disk, as ``statements.forgettable`` says.
CREATE = """
    CREATE FUNCTION gonets_delivery_plain_claim(
        run_id bigint, letter_ref text, pending integer, row_id bigint,
        worker_id bigint, relay_id bigint, needed_id bigint,
        last_id bigint, letters text, claimed integer
    ) RETURNS boolean LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM set_config('synchronous_commit', 'off', true);
        PERFORM 1 FROM gonets_delivery_run AS r
        WHERE r.id = $1 AND r.status = 'running' AND r.letter_ref = $2
            AND r.pending = $3 AND r.deferred = 0
        FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        PERFORM 1 FROM gonets_delivery_ontheway AS o WHERE o.id = $4;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        DELETE FROM gonets_delivery_handful AS h
        WHERE h.run_id = $1 AND h.worker_id = $5 AND h.last_id < $7;
        INSERT INTO gonets_delivery_handful
            (run_id, worker_id, relay_id, last_id, letters)
        VALUES ($1, $5, $6, $8, $9);
        UPDATE gonets_delivery_run AS r
        SET pending = r.pending - $10, claimed = r.claimed + $10
        WHERE r.id = $1;
        RETURN true;
    END $$
"""
DROP = """
    DROP FUNCTION gonets_delivery_plain_claim(
        bigint, text, integer, bigint, bigint, bigint, bigint, bigint, text, integer)
"""


def create(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREATE)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    dependencies = [("gonets_delivery", "0010_uncompressed_shorthand")]

    operations = [migrations.RunPython(create, drop)]
