"""Any model of the site as a source: the one of the how-to is executed."""

from __future__ import annotations

import re
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from types import ModuleType

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from gonets.content import model_sources
from gonets.content.connectors import model
from gonets.content.fetching import add_source, fetch_material, fetch_source
from gonets.content.model_sources import ModelSource, moment_of, register
from gonets.content.models import Material, Section
from gonets.content.picture_fetching import fetch_pictures, own_file
from gonets.content.queries import published_materials
from tests.support.newsroom import models as newsroom
from tests.support.newsroom.models import Article, Rubric

pytestmark = pytest.mark.django_db

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "django-model.md"


@pytest.fixture(autouse=True)
def registry(monkeypatch):
    known: dict[str, ModelSource] = {}
    monkeypatch.setattr(model_sources, "_registered", known)
    return known


@pytest.fixture
def articles(registry, monkeypatch, settings):
    settings.GONETS_PUBLIC_URL = "https://paper.example"
    monkeypatch.setitem(sys.modules, "newsroom", ModuleType("newsroom"))
    monkeypatch.setitem(sys.modules, "newsroom.models", newsroom)
    code, _adding = re.findall(r"```python\n(.+?)```", HOW_TO.read_text(), re.DOTALL)
    exec(code, {"__name__": "newsletter_sources"})
    return registry["newsroom.article"]


@pytest.fixture
def rubric():
    city = Rubric.objects.create(name="Город", parent=None)
    return Rubric.objects.create(name="Мосты", parent=city)


def write(rubric: Rubric, title: str = "Мост <открыт>", **more: object) -> Article:
    said = {"published_at": timezone.now() - timedelta(days=1), **more}
    return Article.objects.create(title=title, rubric=rubric, **said)


def titles() -> list[str]:
    return sorted(each.title for each in published_materials())


def added():
    return add_source(kind="model", settings={"source": "newsroom.article"})[0]


def test_the_class_of_the_how_to_reads_articles_in_a_tree_of_sections(articles, rubric):
    article = write(
        rubric, lead="Коротко.", html="<p>Слова</p><script>x</script>", photo="a.jpg"
    )

    source = added()

    material = Material.objects.get()
    assert (material.title, material.teaser) == ("Мост <открыт>", "Коротко.")
    assert material.address == f"https://paper.example/articles/{article.pk}/"
    assert material.picture_source == "https://paper.example/media/a.jpg"
    assert "script" not in material.body
    assert material.published_at == article.published_at
    assert material.section.name == "Мосты"
    assert material.section.parent.name == "Город"
    assert source.name == "Articles"


def test_the_registered_classes_are_offered_as_sources(articles):
    (need,) = model.connector.needs

    assert need.choices == (("newsroom.article", "Articles"),)


def test_what_is_saved_is_there_at_once(
    articles, rubric, django_capture_on_commit_callbacks
):
    added()

    with django_capture_on_commit_callbacks(execute=True):
        article = write(rubric)
    came = titles()
    with django_capture_on_commit_callbacks(execute=True):
        article.title = "Исправлено"
        article.save()

    assert came == ["Мост <открыт>"]
    assert titles() == ["Исправлено"]


@pytest.mark.parametrize("way", ["hidden", "deleted", "to come"])
def test_what_visitors_see_no_more_is_withdrawn_at_once(
    way, articles, rubric, django_capture_on_commit_callbacks
):
    article = write(rubric)
    added()

    with django_capture_on_commit_callbacks(execute=True):
        if way == "deleted":
            article.delete()
        else:
            article.is_public = way != "hidden"
            article.published_at += timedelta(days=3 if way == "to come" else 0)
            article.save()

    assert titles() == []
    assert Material.objects.count() == 1


def test_what_came_without_a_signal_comes_with_the_next_fetch(articles, rubric):
    article, other = write(rubric), write(rubric, "Другой", is_public=False)
    source = added()
    Article.objects.filter(pk=article.pk).update(is_public=False)
    old = timezone.now() - timedelta(days=9)
    Article.objects.filter(pk=other.pk).update(is_public=True, edited_at=old)

    report = fetch_source(source.pk)

    assert report.failure is None
    assert titles() == ["Другой"]


def test_many_rows_are_read_in_pages(articles, rubric, monkeypatch):
    monkeypatch.setattr(model, "ROWS_AT_ONCE", 2)
    for number in range(5):
        write(rubric, f"Article {number}")

    source = added()
    fetch_source(source.pk)

    assert len(titles()) == 5


def test_one_material_is_asked_for_alone(articles, rubric):
    article = write(rubric)
    added()
    Article.objects.filter(pk=article.pk).update(title="Новое имя")

    assert fetch_material(Material.objects.get().pk)
    assert titles() == ["Новое имя"]


def test_a_class_that_fails_does_not_break_the_site(
    registry, rubric, django_capture_on_commit_callbacks
):
    @register
    class Broken(ModelSource):
        queryset = Article.objects.all()

        def teaser(self, article):
            raise RuntimeError("a bug of the site")

    add_source(kind="model", settings={"source": "newsroom.article"})

    with django_capture_on_commit_callbacks(execute=True):
        write(rubric)

    assert Article.objects.count() == 1
    assert Material.objects.count() == 0


def test_parents_in_a_circle_end(articles, rubric):
    Rubric.objects.filter(pk=rubric.parent_id).update(parent=rubric)
    write(rubric)

    added()

    assert Section.objects.count() == 2


def test_two_classes_of_one_name_are_refused(articles):
    class Other(ModelSource):
        queryset = Article.objects.all()

    with pytest.raises(ImproperlyConfigured):
        register(Other)


def test_a_class_without_sections_has_one(registry, rubric):
    @register
    class Plain(ModelSource):
        queryset = Article.objects.all()
        published = "published_at"

    write(rubric)
    added()

    assert Material.objects.get().section.name == "articles"


def test_a_day_begins_in_the_time_zone_of_the_site():
    moment = moment_of(timezone.now().date())

    assert moment is not None
    assert timezone.is_aware(moment)


def test_where_nothing_is_registered_there_is_nothing_to_add(registry):
    assert not model.connector.is_added_by_hand


def test_the_site_reads_its_own_picture_without_asking_the_web(articles, rubric):
    drawn = BytesIO()
    Image.new("RGB", (600, 400), "navy").save(drawn, "JPEG")
    name = default_storage.save("own.jpg", ContentFile(drawn.getvalue()))
    write(rubric, photo=name)
    added()

    report = fetch_pictures()

    assert report.kept == 1
    assert Material.objects.get().picture.width == 600


@pytest.mark.parametrize(
    "address",
    [
        "https://paper.example/media/../secret.jpg",
        "https://paper.example/media/%2e%2e/secret.jpg",
        "https://paper.example/media//etc/passwd",
        "https://paper.example/media/no-such.jpg",
        "https://elsewhere.example/media/own.jpg",
    ],
)
def test_nothing_but_media_is_read_as_a_picture_of_the_site(
    address, settings, media_root
):
    settings.GONETS_PUBLIC_URL = "https://paper.example"
    settings.MEDIA_ROOT = media_root / "media"
    (media_root / "secret.jpg").write_bytes(b"secret")

    assert own_file(address) is None
