from django.apps import AppConfig


class ManifestsConfig(AppConfig):
    name = "wufei.hub.manifests"
    label = "manifests"

    def ready(self) -> None:
        from wufei.hub.base.views import files
        from wufei.hub.ledger.queries.people import register_cause
        from wufei.hub.ledger.queries.trace_starts import register_document
        from wufei.hub.manifests import causes, corrections, findings, remarks, written

        findings.register()
        remarks.register()
        written.register()
        files.register_access(corrections.may_open)
        register_cause("manifest", causes.tell)
        register_document("manifest", causes.lines_of)
