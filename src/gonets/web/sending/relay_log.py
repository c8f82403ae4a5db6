"""Where the relay's log is, so that it can be asked about uncertain letters."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from gonets.delivery.inquiries import log_kinds
from gonets.publishing.actions import choose_relay_log
from gonets.publishing.errors import RelayLogUnreadable
from gonets.publishing.relays import logged_relays, relay_text
from gonets.web.access import administrator_required


class RelayLogForm(forms.Form):
    """One relay and its log; an empty path means none of its own."""

    relay = forms.TypedChoiceField(label=gettext_lazy("Mail server"), coerce=int)
    kind = forms.ChoiceField(label=gettext_lazy("Kind of log"))
    path = forms.CharField(
        label=gettext_lazy("Path of the file"),
        max_length=400,
        required=False,
        widget=forms.TextInput(
            attrs={
                "placeholder": "/var/log/mail.log",
                "translate": "no",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        relays = [(row.pk, relay_text(row)) for row in logged_relays()]
        kinds = [(kind, kind.title()) for kind in log_kinds()]
        self.fields["relay"].choices = relays  # type: ignore[attr-defined]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


@require_http_methods(["GET", "POST"])
@administrator_required
def relay_log(request: HttpRequest) -> HttpResponse:
    form = RelayLogForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        path, kind = form.cleaned_data["path"].strip(), form.cleaned_data["kind"]
        try:
            choose_relay_log(
                form.cleaned_data["relay"], f"{kind}:{path}" if path else ""
            )
        except RelayLogUnreadable as error:
            form.add_error("path", str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("gonets:relay-log")
    context = {
        "form": form,
        "relays": [(relay_text(row), row.log) for row in logged_relays()],
        "environment_log": getattr(settings, "GONETS_RELAY_LOG", ""),
    }
    return render(request, "gonets/sending/relay_log.html", context)
