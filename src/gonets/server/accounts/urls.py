"""Addresses of accounts."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path

import gonets.server.accounts.views as views

urlpatterns = [
    path("login/", views.LogInView.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("language/", views.set_language, name="set-language"),
    path("password/", views.password_change, name="password-change"),
    path("users/", views.users, name="users"),
    path("users/add/", views.user_create, name="user-create"),
    path("users/<int:pk>/", views.user_edit, name="user-edit"),
    path("users/<int:pk>/password/", views.user_password, name="user-password"),
]
