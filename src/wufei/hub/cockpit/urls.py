"""Addresses of the cockpit."""

from django.urls import URLPattern, path

from wufei.hub.cockpit import views

urlpatterns: list[URLPattern] = [
    path("", views.page, name="cockpit.screen"),
    path("loads/<str:code>/", views.loads, name="cockpit.loads"),
    path("figures/", views.figures, name="cockpit.figures"),
]
