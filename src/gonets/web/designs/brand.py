"""The brand of the site, and what is different in a newsletter's letters."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from gonets.content.errors import NotAPicture
from gonets.letters.branding import adjustments
from gonets.letters.gallery import DESIGNS, USUAL
from gonets.newsletters.actions import change_brand, forget_brand
from gonets.newsletters.models import Newsletter
from gonets.newsletters.queries import brand_settings, design_choices
from gonets.web.access import administrator_required, editor_required
from gonets.web.designs.brand_form import BrandForm, typed_brand


@require_http_methods(["GET", "POST"])
@administrator_required
def site_brand(request: HttpRequest) -> HttpResponse:
    return _brand(request, None)


@require_http_methods(["GET", "POST"])
@editor_required
def newsletter_brand(request: HttpRequest, newsletter_id: int) -> HttpResponse:
    return _brand(request, get_object_or_404(Newsletter, pk=newsletter_id))


@require_POST
@editor_required
def newsletter_brand_forget(request: HttpRequest, newsletter_id: int) -> HttpResponse:
    newsletter = get_object_or_404(Newsletter, pk=newsletter_id)
    forget_brand(newsletter.pk)
    messages.success(
        request,
        _("The letters of “%(newsletter)s” look as the site’s brand says.")
        % {"newsletter": newsletter.title},
    )
    return redirect("gonets:newsletter-brand", newsletter_id)


@require_safe
@editor_required
def brand_check(request: HttpRequest) -> HttpResponse:
    """What is said about the colours as they are typed now."""
    design = DESIGNS.get(request.GET.get("design", ""), USUAL)
    context = {"adjustments": adjustments(typed_brand(request.GET), design)}
    return render(request, "gonets/designs/parts/brand_check.html", context)


def _brand(request: HttpRequest, newsletter: Newsletter | None) -> HttpResponse:
    newsletter_id = newsletter.pk if newsletter else None
    row = brand_settings(newsletter_id)
    if request.method == "GET":
        return _page(request, BrandForm.of(row), newsletter)
    form = BrandForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, newsletter)
    try:
        values = form.values(row, removed=set(request.POST.getlist("remove")))
    except NotAPicture:
        return _page(request, form, newsletter)
    change_brand(newsletter_id, values, user=request.user)
    messages.success(request, _("The brand is saved. Letters look like this now."))
    return redirect(request.path)


def _page(
    request: HttpRequest, form: BrandForm, newsletter: Newsletter | None
) -> HttpResponse:
    chosen = newsletter.template if newsletter else USUAL.name
    form.show_defaults(DESIGNS.get(chosen, USUAL))
    context: dict[str, Any] = {
        "form": form,
        "newsletter": newsletter,
        "row": brand_settings(newsletter.pk if newsletter else None),
        "chosen": chosen,
        "design": DESIGNS.get(chosen, USUAL),
        "choices": design_choices(),
        "fonts": (form["heading_font"], form["text_font"]),
        "colours": (form["accent"], form["background"], form["ink"]),
    }
    return render(request, "gonets/designs/brand.html", context)
