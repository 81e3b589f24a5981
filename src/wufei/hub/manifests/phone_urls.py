"""Addresses of those who sign otherwise than on a page with network: phones, codes, links."""

from django.urls import URLPattern, URLResolver, path

from wufei.hub.manifests.views import offline, outsiders, pack, site_codes, texts

urlpatterns: list[URLPattern | URLResolver] = [
    path("m/keys/", offline.register, name="manifests.keys"),
    path("m/phones/", offline.phones, name="manifests.phones"),
    path("m/phones/<uuid:uuid>/revoke/", offline.revoke, name="manifests.phones.revoke"),
    path("m/offline/", pack.page, name="manifests.offline"),
    path("m/offline/pack/", pack.pack, name="manifests.offline.pack"),
    path("m/offline/truck/", pack.truck, name="manifests.offline.truck"),
    path("m/queue/", offline.send, name="manifests.queue"),
    path("m/<uuid:uuid>/code/", site_codes.sign, name="manifests.qr.by_code"),
    path("m/sms/", texts.receive, name="manifests.sms"),
    path("o/<str:token>/", outsiders.link, name="manifests.link"),
    path("manifests/<uuid:uuid>/invite/", outsiders.invite, name="manifests.manifest.invite"),
    path("manifests/<uuid:uuid>/slip/", outsiders.slip, name="manifests.manifest.slip"),
    path(
        "manifests/links/<uuid:uuid>/revoke/", outsiders.revoke, name="manifests.invitation.revoke"
    ),
    path("manifests/site-codes/", site_codes.codes, name="manifests.sitecode.list"),
    path(
        "manifests/site-codes/<uuid:uuid>/renew/", site_codes.renew, name="manifests.sitecode.renew"
    ),
    path(
        "manifests/site-codes/<uuid:uuid>/withdraw/",
        site_codes.withdraw,
        name="manifests.sitecode.withdraw",
    ),
]
