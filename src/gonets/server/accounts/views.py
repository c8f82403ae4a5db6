"""Pages of accounts."""

from __future__ import annotations

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from gonets.server.accounts import actions
from gonets.server.accounts.errors import AccountsError
from gonets.server.accounts.forms import (
    LogInForm,
    PasswordForm,
    UserChangeForm,
    UserForm,
)
from gonets.server.accounts.passwords import made_up_password
from gonets.server.accounts.queries import html_writers, people
from gonets.server.accounts.states import Role
from gonets.server.models import User
from gonets.web.access import administrator_required


class LogInView(LoginView):
    template_name = "server/login.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    language = request.POST.get("language", "")
    response = HttpResponseRedirect(_safe_next(request))
    if language not in dict(settings.LANGUAGES):
        return response
    if isinstance(request.user, User):
        actions.change_language(request.user, language)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
        httponly=True,
    )
    return response


def password_change(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    form = PasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        actions.change_password(user, form.cleaned_data["password"])
        update_session_auth_hash(request, user)
        messages.success(
            request,
            _("Your password has been changed. Other devices have been logged out."),
        )
        return redirect(settings.LOGIN_REDIRECT_URL)
    return render(request, "server/password_change.html", {"form": form})


@administrator_required
def users(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "server/users.html",
        {"people": people(), "html_writers": html_writers()},
    )


@administrator_required
@never_cache
def user_create(request: HttpRequest) -> HttpResponse:
    form = UserForm(request.POST or None, initial={"role": Role.EDITOR})
    if request.method != "POST" or not form.is_valid():
        return render(request, "server/user_form.html", {"form": form})
    password = made_up_password()
    user = actions.create_user(
        username=form.cleaned_data["username"],
        email=form.cleaned_data["email"],
        role=Role(form.cleaned_data["role"]),
        password=password,
        writes_html=form.cleaned_data["writes_html"],
    )
    return _show_password(request, user, password)


@administrator_required
def user_edit(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    role = Role.ADMINISTRATOR if person.is_superuser else Role.EDITOR
    form = UserChangeForm(
        request.POST or None,
        instance=person,
        initial={
            "role": role,
            "is_active": person.is_active,
            "writes_html": person.pk in html_writers(),
        },
    )
    if request.method == "POST" and form.is_valid() and _changed(form, pk):
        messages.success(request, _("%(name)s: saved.") % {"name": person.username})
        return redirect("users")
    return render(request, "server/user_form.html", {"form": form, "person": person})


@administrator_required
@require_POST
@never_cache
def user_password(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(User, pk=pk)
    password = made_up_password()
    actions.change_password(person, password)
    if person == request.user:
        update_session_auth_hash(request, person)
    return _show_password(request, person, password)


def _changed(form: UserChangeForm, pk: int) -> bool:
    """Do what the form says; a refusal becomes an error of the form."""
    try:
        actions.change_user(
            pk,
            email=form.cleaned_data["email"],
            role=Role(form.cleaned_data["role"]),
            is_active=form.cleaned_data["is_active"],
            writes_html=form.cleaned_data["writes_html"],
        )
    except AccountsError as error:
        form.add_error(None, str(error))
        return False
    return True


def _show_password(request: HttpRequest, person: User, password: str) -> HttpResponse:
    """Show it this once; nobody can read it later."""
    return render(
        request, "server/user_password.html", {"person": person, "password": password}
    )


def _safe_next(request: HttpRequest) -> str:
    """Return the page to go back to, only if it is one of ours."""
    wanted = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else "/"
