"""Addresses of the registers."""

from django.urls import URLPattern, URLResolver, path

from wufei.hub.registers import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.show, name="registers.register"),
    path("export/", views.export, name="registers.register.export"),
]
