"""The newsletter desk inside a Wagtail site: docs/how-to/wagtail.md."""

APPS = (
    "gonets.contrib.wagtail",
    "gonets.web",
    "gonets.publishing",
    "gonets.newsletters",
    "gonets.content",
    "gonets.audience",
    "gonets.letters",
    "gonets.delivery",
    "django_htmx",
    "rules",
    "lucide",
    "django_prose_editor",
)
"""What a host adds to its ``INSTALLED_APPS``."""
