"""Addresses of the indicators."""

from django.urls import URLPattern, path

from wufei.hub.indicators import views

urlpatterns: list[URLPattern] = [
    path("", views.indicator_list, name="indicators.indicator.list"),
    path("export/", views.export, name="indicators.indicator.export"),
    path("<str:code>/", views.indicator, name="indicators.indicator.detail"),
]
