"""Articles in rubrics that form a tree."""

from __future__ import annotations

from django.db import models


class Rubric(models.Model):
    name = models.CharField(max_length=100)
    parent = models.ForeignKey("self", models.CASCADE, null=True)

    class Meta:
        app_label = "newsroom"

    def __str__(self) -> str:
        return self.name


class Article(models.Model):
    title = models.CharField(max_length=200)
    lead = models.TextField(blank=True)
    html = models.TextField(blank=True)
    rubric = models.ForeignKey(Rubric, models.PROTECT)
    photo = models.ImageField(blank=True)
    published_at = models.DateTimeField()
    edited_at = models.DateTimeField(auto_now=True)
    is_public = models.BooleanField(default=True)

    class Meta:
        app_label = "newsroom"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/articles/{self.pk}/"
