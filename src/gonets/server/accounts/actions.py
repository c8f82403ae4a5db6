"""All writes to accounts."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils.translation import gettext as _

from gonets.kernel import clock
from gonets.server.accounts.errors import LastAdministrator
from gonets.server.accounts.queries import html_permission, other_administrators
from gonets.server.accounts.states import Role
from gonets.server.models import User


@transaction.atomic
def create_user(
    *,
    username: str,
    email: str,
    role: Role,
    password: str,
    writes_html: bool = False,
) -> User:
    user = User.objects.create_user(
        username=username,
        email=email,
        password=password,
        is_staff=True,
        is_superuser=role == Role.ADMINISTRATOR,
    )
    _let_write_html(user, lets=writes_html)
    return user


@transaction.atomic
def change_user(
    user_id: int,
    *,
    email: str,
    role: Role,
    is_active: bool,
    writes_html: bool = False,
) -> User:
    """Change the role or let in and out; who is shut out is logged out at once.

    ``writes_html``: of an editor, whether HTML code may be put into letters.

    :raises LastAdministrator: if no active administrator would be left.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    remains = role == Role.ADMINISTRATOR and is_active
    if not remains and not other_administrators(user).exists():
        raise LastAdministrator(
            _("This is the only administrator: make somebody else one first.")
        )
    user.email = email
    user.is_superuser = role == Role.ADMINISTRATOR
    user.is_active = is_active
    user.save(update_fields=["email", "is_superuser", "is_active"])
    _let_write_html(user, lets=writes_html)
    return user


def _let_write_html(user: User, *, lets: bool) -> None:
    if lets:
        user.user_permissions.add(html_permission())
    else:
        user.user_permissions.remove(html_permission())


def change_password(user: User, password: str) -> None:
    """Set it; every other session of this person ends, because its hash is stale.

    :raises ValidationError: if the password is too easy to guess.
    """
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])


def change_language(user: User, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)


def forget_old_sessions() -> int:
    """Delete sessions that have expired; return how many."""
    deleted, _by_model = Session.objects.filter(expire_date__lt=clock.now()).delete()
    return deleted
