"""Forms of accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from gonets.server.accounts.states import Role
from gonets.server.models import User


class LogInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _(
            "This name and password do not belong together. Mind the keyboard layout "
            "and capital letters."
        ),
        "inactive": _("This account is switched off."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    role = forms.ChoiceField(
        label=_("Role"),
        choices=Role.choices,
        help_text=_(
            "Editors make and send issues. Administrators also set up the mail server "
            "and let people in."
        ),
    )

    writes_html = forms.BooleanField(
        label=_("May put HTML code into letters"),
        required=False,
        help_text=_(
            "Only for those who know what they do: such code can make a letter look "
            "wrong in many mail programs, imitate other pages, and load pictures of "
            "other sites that tell them who reads. Scripts are always taken out. "
            "Administrators may in any case."
        ),
    )

    class Meta:
        model = User
        fields = ["username", "email"]
        labels = {"username": _("User name"), "email": _("E-mail")}
        help_texts = {"username": ""}


class UserChangeForm(UserForm):
    is_active = forms.BooleanField(
        label=_("May log in"),
        required=False,
        help_text=_("Who may not is logged out at once."),
    )

    class Meta(UserForm.Meta):
        fields = ["email"]


class PasswordForm(forms.Form):
    """One's own new password; the present one shows who is asking."""

    present = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    password = forms.CharField(
        label=_("New password"),
        strip=False,
        help_text=_("At least 8 characters, not one of the common passwords."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("New password once more"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_present(self) -> str:
        present: str = self.cleaned_data["present"]
        if not self.user.check_password(present):
            raise forms.ValidationError(_("This is not your present password."))
        return present

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "password" in self.cleaned_data and again != self.cleaned_data["password"]:
            raise forms.ValidationError(_("The two new passwords differ."))
        return again
