"""``manage.py fill``: rubrics, articles, an administrator and readers."""

from io import BytesIO
from typing import Any

from django.contrib.auth import get_user_model
from django.core.files.images import ImageFile
from django.core.management import BaseCommand, call_command
from PIL import Image as Pillow
from wagtail.images.models import Image
from wagtail.models import Page, Site

from gonets.audience.actions import add_subscriber
from gonets.audience.states import ConsentKind
from gonets.audience.types import Evidence
from gonets.content.fetching import fetch_source
from gonets.content.models import Section, Source
from gonets.contrib.wagtail.models import NewsletterSignup
from gonets.newsletters.actions import create_newsletter
from gonets.newsletters.models import Newsletter
from gonets.newsletters.types import NewsletterSettings
from news.models import ArticlePage, FrontPage, RubricPage

RUBRICS = {
    "Город": ("Мост через Каменку открыли раньше срока", "Трамвай вернётся на Садовую"),
    "Культура": ("Театр начинает сезон с «Чайки»", "В музее — письма с фронта"),
}
READERS = 12
PASSWORD = "correct horse battery"


class Command(BaseCommand):
    help = "Fill the example with content: admin / correct horse battery."

    def handle(self, *_args: Any, **_options: Any) -> None:
        call_command("migrate", verbosity=0)
        if ArticlePage.objects.exists():
            return
        home = add_front_page()
        for rubric, titles in RUBRICS.items():
            parent = home.add_child(instance=RubricPage(title=rubric))
            for title in titles:
                add_article(parent, title)
        get_user_model().objects.create_superuser(
            "admin", "admin@town.example", PASSWORD
        )
        source = Source.objects.get(kind="model")
        fetch_source(source.pk)
        add_newsletter()
        add_sign_up(home)


def add_front_page() -> FrontPage:
    """Put it in the place of the page that Wagtail begins with."""
    site = Site.objects.get(is_default_site=True)
    welcome = site.root_page
    home = FrontPage(title="Городской вестник", slug="front")
    Page.get_first_root_node().add_child(instance=home)
    site.root_page = home
    site.save()
    welcome.delete()
    return home


def add_sign_up(home: FrontPage) -> None:
    """The author's form on the front page; another one, saved, at its foot."""
    NewsletterSignup.objects.create(
        name="Внизу каждой страницы", heading="Наши рассылки"
    )
    words = {
        "heading": "Новости — по пятницам",
        "text": "<p>Самое важное за неделю одним письмом.</p>",
        "consent": "Письмо приходит раз в неделю; отписаться можно в любом.",
    }
    home.body = [("text", "<p>Газета города Каменска.</p>"), ("signup", words)]
    home.save_revision().publish()


def add_article(parent: Page, title: str) -> None:
    article = ArticlePage(
        title=title,
        intro=f"{title}: коротко о главном.",
        body=f"<p>{title}. Подробности — в нашем материале.</p>",
        image=picture(title),
    )
    parent.add_child(instance=article)
    article.save_revision().publish()


def picture(title: str) -> Image:
    colour = (40 + len(title) * 3 % 160, 90, 140)
    drawn = BytesIO()
    Pillow.new("RGB", (1200, 675), colour).save(drawn, "JPEG")
    file = ImageFile(drawn, name="picture.jpg")
    return Image.objects.create(title=title, file=file)


def add_newsletter() -> Newsletter:
    newsletter = create_newsletter(
        NewsletterSettings(
            title="Новости недели",
            sender_name="Городской вестник",
            sender_address="news@town.example",
            postal_address="Садовая, 1, Каменск",
            section_ids=tuple(Section.objects.values_list("pk", flat=True)),
        )
    )
    evidence = Evidence(kind=ConsentKind.EDITOR, text="Пример")
    for number in range(1, READERS + 1):
        add_subscriber(
            address=f"reader{number}@town.example",
            name=f"Читатель {number}",
            readership_ids=[newsletter.readership_id],
            evidence=evidence,
        )
    return newsletter
