from django.urls import URLPattern, URLResolver, path

from wufei.hub.evidence.views import inside, public

urlpatterns: list[URLPattern | URLResolver] = [
    # Short: they stand in codes on paper, so they stay as they are for good.
    path("verify/", public.verify, name="evidence.verify"),
    path("verify/roots/", public.roots, name="evidence.verify.roots"),
    path("verify/roots.json", public.roots_json, name="evidence.verify.roots.json"),
    path("verify/roots/<int:pk>.json", public.root_json, name="evidence.verify.root.json"),
    path(
        "verify/inclusion/<int:number>/<int:size>.json",
        public.inclusion_json,
        name="evidence.verify.inclusion",
    ),
    path(
        "verify/consistency/<int:first>/<int:second>.json",
        public.consistency_json,
        name="evidence.verify.consistency",
    ),
    path("verify/<uuid:uuid>/<slug:digest>/", public.leaf, name="evidence.verify.leaf"),
    path("evidence/", inside.log, name="evidence.log"),
    path("evidence/receipts/<uuid:uuid>/", inside.receipt, name="evidence.receipt"),
    path("evidence/receipts/<uuid:uuid>.json", inside.receipt_json, name="evidence.receipt.json"),
    path("evidence/manifests/<uuid:uuid>/", inside.of_manifest, name="evidence.manifest"),
    path("evidence/movements/<uuid:uuid>/", inside.of_movement, name="evidence.movement"),
]
