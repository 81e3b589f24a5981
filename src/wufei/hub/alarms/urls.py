"""Addresses of the alarms."""

from django.urls import URLPattern, URLResolver, path

from wufei.hub.alarms import views
from wufei.hub.alarms.pages import ALARMS
from wufei.hub.base.pages import urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("rules/", views.rules, name="alarms.rule.list"),
    path("rules/<str:code>/", views.edit_rule, name="alarms.rule.edit"),
    *urls(ALARMS),
]
