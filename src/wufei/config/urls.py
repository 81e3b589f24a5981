"""Every address of the site."""

from django.urls import URLPattern, URLResolver, include, path

from wufei.config import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.desk, name="desk"),
    path("counts/", views.counts, name="frame.counts"),
    path("search/", views.search, name="search"),
    path("", include("wufei.hub.base.urls")),
    path("accounts/", include("wufei.hub.accounts.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
