"""Rubrics and articles of a small town's paper."""

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField
from wagtail.models import Page


class RubricPage(Page):
    template = "news/page.html"


class ArticlePage(Page):
    intro = models.TextField("введение", blank=True)
    body = RichTextField("текст", blank=True)
    image = models.ForeignKey(
        "wagtailimages.Image", models.SET_NULL, null=True, blank=True, related_name="+"
    )

    template = "news/page.html"
    content_panels = [
        *Page.content_panels,
        FieldPanel("intro"),
        FieldPanel("image"),
        FieldPanel("body"),
    ]
