"""Who may do what: editors make and send issues, administrators also set things up."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, Protocol, cast

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.module_loading import import_string

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
User = AbstractBaseUser | AnonymousUser


class Access(Protocol):
    """What a host site decides: who its editors and administrators are."""

    def is_editor(self, user: User) -> bool: ...

    def is_administrator(self, user: User) -> bool: ...


class StaffAccess:
    """The standalone product: editors are ``is_staff``."""

    def is_editor(self, user: User) -> bool:
        return bool(user.is_active and getattr(user, "is_staff", False))

    def is_administrator(self, user: User) -> bool:
        return bool(user.is_active and getattr(user, "is_superuser", False))


@cache
def _access(path: str) -> Access:
    return cast(Access, import_string(path)())


def _policy() -> Access:
    ours = f"{__name__}.StaffAccess"
    return _access(getattr(settings, "GONETS_ACCESS", ours))


def is_editor(user: User) -> bool:
    """Whether someone makes and sends issues; ``GONETS_ACCESS`` names who decides."""
    return _policy().is_editor(user)


def is_administrator(user: User) -> bool:
    return _policy().is_administrator(user)


def editor_required(view: View[P]) -> View[P]:
    """Send strangers to the log-in and refuse those who are not editors."""
    return _required(lambda user: is_editor(user) or is_administrator(user), view)


def administrator_required(view: View[P]) -> View[P]:
    return _required(is_administrator, view)


def _required(allows: Callable[[User], bool], view: View[P]) -> View[P]:
    @wraps(view)
    def guarded(
        request: HttpRequest, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_login(request)
        if not allows(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return cast(View[P], guarded)


def _to_login(request: HttpRequest) -> HttpResponse:
    """Return to the page, not to the fragment that htmx asked for."""
    htmx: Any = getattr(request, "htmx", None)
    if htmx:
        page = htmx.current_url_abs_path or "/"
        login = redirect_to_login(page).url
        return HttpResponse(status=204, headers={"HX-Redirect": login})
    return redirect_to_login(request.get_full_path())
