from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gonets_delivery", "0013_letter_too_large")]

    operations = [
        migrations.AddField(
            model_name="run",
            name="accepted_before",
            field=models.IntegerField(default=0),
        ),
    ]
