"""Addresses of what only hazardous waste has."""

from django.urls import URLPattern, path

from wufei.domains.hazardous import views

urlpatterns: list[URLPattern] = [
    path("capacity/", views.capacity, name="hazardous.capacity"),
    path("capacity/export/", views.export, name="hazardous.capacity.export"),
]
