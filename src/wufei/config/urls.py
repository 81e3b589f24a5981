"""Every address of the site."""

from django.urls import URLPattern, URLResolver, include, path

from wufei.config import views
from wufei.hub.accounts.pages import USERS
from wufei.hub.audit.pages import EVENTS
from wufei.hub.base.pages import urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.desk, name="desk"),
    path("counts/", views.counts, name="frame.counts"),
    path("search/", views.search, name="search"),
    path("", include("wufei.hub.base.urls")),
    path("", include(urls(EVENTS))),
    path("accounts/", include("wufei.hub.accounts.urls")),
    path("accounts/", include(urls(USERS))),
    path("registry/", include("wufei.hub.registry.urls")),
    path("catalogue/", include("wufei.hub.catalogue.urls")),
    path("ledger/", include("wufei.hub.ledger.urls")),
    path("exemptions/", include("wufei.hub.exemptions.urls")),
    path("", include("wufei.hub.manifests.phone_urls")),
    path("manifests/", include("wufei.hub.manifests.urls")),
    path("", include("wufei.hub.manifests.code_urls")),
    path("filings/", include("wufei.hub.filings.urls")),
    path("", include("wufei.hub.evidence.urls")),
    path("registers/", include("wufei.hub.registers.urls")),
    path("labels/", include("wufei.hub.labels.urls")),
    path("", include("wufei.hub.labels.code_urls")),
    path("telemetry/", include("wufei.hub.telemetry.urls")),
    path("alarms/", include("wufei.hub.alarms.urls")),
    path("plans/", include("wufei.hub.plans.urls")),
    path("indicators/", include("wufei.hub.indicators.urls")),
    path("cockpit/", include("wufei.hub.cockpit.urls")),
    path("hazardous/", include("wufei.domains.hazardous.urls")),
    path("api/v1/", include("wufei.config.api")),
    path("demo/", include("wufei.demo.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
