from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gonets_delivery", "0012_compressed_handfuls")]

    operations = [
        migrations.AlterField(
            model_name="run",
            name="pause_cause",
            field=models.CharField(
                blank=True,
                choices=[
                    ("relay_missing", "no relay"),
                    ("relay_address", "the relay's address is wrong"),
                    ("unreachable", "the relay cannot be reached"),
                    ("unwell", "the relay is unwell"),
                    ("tls_failed", "the relay cannot prove who it is"),
                    ("login_refused", "the relay refuses the log-in"),
                    ("sender_refused", "the relay refuses the sender"),
                    ("all_unwell", "no relay takes letters"),
                    ("letter_refused", "the relay refuses the letter"),
                    ("letter_too_large", "the letter is too large for the relay"),
                    ("letter_unfit", "the letter cannot be made"),
                    ("disk_full", "the disk is full"),
                    ("broken", "an error in the program"),
                ],
                max_length=20,
            ),
        ),
    ]
