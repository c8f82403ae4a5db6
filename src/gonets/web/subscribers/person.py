"""One subscriber: adding, correcting, blocking, deleting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from gonets.audience import actions
from gonets.audience.errors import (
    AlreadySubscribed,
    AudienceError,
    BadField,
    BadName,
    EvidenceMissing,
)
from gonets.audience.models import Consent, Subscriber, Subscription, Suppression
from gonets.audience.queries import known_fields
from gonets.audience.states import ConsentKind, SubscriptionState
from gonets.audience.types import Evidence, NewPerson
from gonets.kernel.addresses import BadAddress
from gonets.web.access import editor_required
from gonets.web.subscribers.forms import OWN, PersonForm
from gonets.web.subscribers.titles import all_titles, open_titles

FIELD_OF: dict[type[Exception], str] = {
    BadName: "name",
    BadField: "new_label",
    EvidenceMissing: "evidence",
}
"""Where a complaint of the domain is shown; all others are about the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionChoice:
    """A newsletter with its box, and since when it stands as it does."""

    readership_id: int
    title: str
    is_checked: bool
    subscription: Subscription | None


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def subscriber_create(request: HttpRequest) -> HttpResponse:
    titles = open_titles()
    first = list(titles)[:1] if len(titles) == 1 else []
    form = PersonForm(
        _posted(request),
        titles=titles,
        labels=known_fields(),
        initial={"readership_ids": first},
    )
    if request.method == "POST" and form.is_valid():
        person = _added(request, form)
        if person is not None:
            messages.success(
                request,
                _("%(address)s is a subscriber now.") % {"address": person.address},
            )
            return redirect("gonets:subscribers")
    context = {"form": form, "choices": _choices(form, titles, {})}
    return render(request, "gonets/subscribers/person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def subscriber_edit(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    person = get_object_or_404(Subscriber, pk=subscriber_id)
    theirs = {one.readership_id: one for one in person.subscriptions.all()}
    titles = _offered(theirs)
    form = PersonForm(
        _posted(request),
        titles=titles,
        labels=known_fields(),
        initial=_as_they_are(person, theirs),
    )
    if request.method == "POST" and form.is_valid() and _saved(request, form, person):
        messages.success(request, _("Saved."))
        return redirect("gonets:subscriber-edit", subscriber_id)
    context = {
        "person": person,
        "form": form,
        "choices": _choices(form, titles, theirs),
        "consents": _consents(person),
        "suppression": Suppression.objects.filter(
            address_key=person.address_key
        ).first(),
    }
    return render(request, "gonets/subscribers/person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@editor_required
def subscriber_delete(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    person = get_object_or_404(Subscriber, pk=subscriber_id)
    if request.method == "POST":
        actions.erase_subscriber(subscriber_id)
        messages.success(
            request, _("%(address)s is deleted.") % {"address": person.address}
        )
        return redirect("gonets:subscribers")
    confirmed = person.subscriptions.filter(state=SubscriptionState.CONFIRMED).count()
    context = {"person": person, "confirmed": confirmed}
    return render(request, "gonets/subscribers/delete.html", context)


@require_POST
@editor_required
def subscriber_block(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    person = get_object_or_404(Subscriber, pk=subscriber_id)
    reason = request.POST.get("reason", "").strip().replace("\0", "")[:200]
    actions.suppress(address=person.address, reason=reason)
    messages.success(
        request,
        _("No letter goes to %(address)s any more.") % {"address": person.address},
    )
    return redirect("gonets:subscriber-edit", subscriber_id)


@require_POST
@editor_required
def subscriber_allow(request: HttpRequest, subscriber_id: int) -> HttpResponse:
    person = get_object_or_404(Subscriber, pk=subscriber_id)
    actions.unsuppress(person.address)
    messages.success(
        request, _("Letters go to %(address)s again.") % {"address": person.address}
    )
    return redirect("gonets:subscriber-edit", subscriber_id)


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _added(request: HttpRequest, form: PersonForm) -> Subscriber | None:
    try:
        return actions.add_subscriber(
            address=form.cleaned_data["address"],
            name=form.cleaned_data["name"],
            fields=_own_values(form),
            readership_ids=form.cleaned_data["readership_ids"],
            evidence=_evidence(request, form),
        )
    except (AudienceError, BadAddress) as error:
        _complain(form, error)
        return None


def _saved(request: HttpRequest, form: PersonForm, person: Subscriber) -> bool:
    try:
        actions.change_subscriber(
            subscriber_id=person.pk,
            description=NewPerson(
                address=form.cleaned_data["address"],
                name=form.cleaned_data["name"],
                fields=_own_values(form),
            ),
            readership_ids=form.cleaned_data["readership_ids"],
            among=list(form.titles),
            evidence=_evidence(request, form),
        )
    except (AudienceError, BadAddress) as error:
        _complain(form, error)
        return False
    return True


def _own_values(form: PersonForm) -> dict[str, str]:
    """Return what was written in the fields, one that is made just now included.

    :raises BadField: if there are too many, or it cannot be called so.
    """
    values, label = form.own_values, form.cleaned_data["new_label"].strip()
    if label and form.cleaned_data["new_value"].strip():
        made = actions.add_field(label)
        values[made.name] = form.cleaned_data["new_value"]
    return values


def _complain(form: PersonForm, error: Exception) -> None:
    form.add_error(FIELD_OF.get(type(error), "address"), str(error))
    if isinstance(error, AlreadySubscribed):
        form.taken_by = error.subscriber_id


def _evidence(request: HttpRequest, form: PersonForm) -> Evidence:
    return Evidence(
        kind=ConsentKind.EDITOR,
        text=form.cleaned_data["evidence"],
        recorded_by_id=request.user.pk,
    )


def _offered(theirs: Mapping[int, Subscription]) -> dict[int, str]:
    """Archived newsletters are shown only to whoever is subscribed to them."""
    offered = open_titles()
    return {
        readership_id: title
        for readership_id, title in all_titles().items()
        if readership_id in offered or readership_id in theirs
    }


def _as_they_are(
    person: Subscriber, theirs: Mapping[int, Subscription]
) -> dict[str, object]:
    confirmed = [
        readership_id
        for readership_id, one in theirs.items()
        if one.state == SubscriptionState.CONFIRMED
    ]
    return {
        **{f"{OWN}{name}": value for name, value in person.fields.items()},
        "address": person.address,
        "name": person.name,
        "readership_ids": confirmed,
    }


def _choices(
    form: PersonForm, titles: Mapping[int, str], theirs: Mapping[int, Subscription]
) -> list[SubscriptionChoice]:
    checked = {str(value) for value in form["readership_ids"].value() or ()}
    return [
        SubscriptionChoice(
            readership_id=readership_id,
            title=title,
            is_checked=str(readership_id) in checked,
            subscription=theirs.get(readership_id),
        )
        for readership_id, title in titles.items()
    ]


def _consents(person: Subscriber) -> list[tuple[str, Consent]]:
    titles = all_titles()
    consents = (
        Consent.objects.filter(subscription__subscriber=person)
        .select_related("subscription", "recorded_by", "source_import")
        .order_by("-given_at", "-id")
    )
    return [(titles.get(one.subscription.readership_id, ""), one) for one in consents]
