"""Addresses of the newsletter desk; each area names its own."""

from __future__ import annotations

from gonets.web.composing.urls import urlpatterns as composing
from gonets.web.content.urls import urlpatterns as content
from gonets.web.designs.urls import urlpatterns as designs
from gonets.web.newsletters.urls import urlpatterns as newsletters
from gonets.web.sending.urls import urlpatterns as sending
from gonets.web.subscribers.urls import urlpatterns as subscribers

app_name = "gonets"
urlpatterns = [*newsletters, *composing, *designs, *sending, *content, *subscribers]
