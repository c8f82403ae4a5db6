"""Django's entry to this app."""

from django.apps import AppConfig


class NewsroomConfig(AppConfig):
    name = "tests.support.newsroom"
    label = "newsroom"
    default_auto_field = "django.db.models.BigAutoField"
