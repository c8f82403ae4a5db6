"""The key with which a site sends its materials itself, or calls that it has news."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from gonets.content.arrivals import add_push_source
from gonets.content.asking import known_connectors
from gonets.content.models import OWN, Source, SourceKey
from gonets.content.source_keys import make_key, withdraw_key
from gonets.kernel.html import line_of
from gonets.web.access import editor_required


@require_POST
@editor_required
def source_push(request: HttpRequest) -> HttpResponse:
    """Add a source that sends its materials by itself."""
    name = line_of(request.POST.get("name", ""))[:200]
    source = add_push_source(name or _("Sent by the site itself"))
    return redirect("gonets:source-key", source.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@editor_required
def source_key(request: HttpRequest, source_id: int) -> HttpResponse:
    """Show how to use the key; a POST makes a new one, which is shown this once."""
    source = get_object_or_404(Source.objects.exclude(kind=OWN), pk=source_id)
    key = make_key(source_id) if request.method == "POST" else ""
    connector = known_connectors().get(source.kind)
    context = {
        "source": source,
        "key": key,
        "known": SourceKey.objects.filter(source=source).first(),
        "is_asked": connector is not None and connector.is_asked,
        "materials_address": f"{settings.GONETS_PUBLIC_URL}/api/materials",
        "hook_address": f"{settings.GONETS_PUBLIC_URL}/api/hooks/{source_id}",
    }
    return render(request, "gonets/content/source_key.html", context)


@require_POST
@editor_required
def source_key_withdraw(request: HttpRequest, source_id: int) -> HttpResponse:
    withdraw_key(get_object_or_404(Source, pk=source_id).pk)
    messages.success(request, _("The key opens nothing any more."))
    return redirect("gonets:source-key", source_id)
