"""Rubrics, articles and the front page of a small town's paper."""

from django.db import models
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import RichTextBlock
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from gonets.contrib.wagtail.blocks import (
    NewsletterSignupBlock,
    SavedNewsletterSignupBlock,
)


class FrontPage(Page):
    """Its author puts the form for signing up where it shall stand."""

    body = StreamField(
        [
            ("text", RichTextBlock(label="текст")),
            ("signup", NewsletterSignupBlock()),
            ("saved_signup", SavedNewsletterSignupBlock()),
        ],
        blank=True,
        verbose_name="содержание",
    )

    template = "news/front.html"
    content_panels = [*Page.content_panels, FieldPanel("body")]


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
