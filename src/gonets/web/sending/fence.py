"""The clone fence: an administrator confirms that no other copy sends."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gonets.delivery.queries import fenced
from gonets.publishing.actions import send_from_here
from gonets.web.access import administrator_required


@require_http_methods(["GET", "POST"])
@administrator_required
def fence(request: HttpRequest) -> HttpResponse:
    held = fenced()
    if held is None:
        messages.info(request, _("Nothing is held back: letters are sent as usual."))
        return redirect("gonets:planned")
    if request.method == "GET":
        return render(request, "gonets/sending/fence.html", {"fenced": held})
    if not request.POST.get("confirmed"):
        note = _("Tick the box first: only you can know that.")
        context = {"fenced": held, "note": note}
        return render(request, "gonets/sending/fence.html", context)
    if send_from_here(user=request.user):
        messages.success(request, _("From now on this installation sends again."))
    return redirect("gonets:planned")
