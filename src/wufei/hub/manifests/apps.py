from django.apps import AppConfig


class ManifestsConfig(AppConfig):
    name = "wufei.hub.manifests"
    label = "manifests"

    def ready(self) -> None:
        from wufei.hub.base.views import files
        from wufei.hub.exemptions import pages as claim_pages
        from wufei.hub.exemptions import queries as claims
        from wufei.hub.exemptions.services import register_ended
        from wufei.hub.ledger.queries.people import register_cause
        from wufei.hub.ledger.queries.trace_starts import register_document
        from wufei.hub.manifests import causes, corrections, exempt, findings, remarks, written
        from wufei.hub.manifests.services import exempting

        findings.register()
        remarks.register()
        written.register()
        files.register_access(corrections.may_open)
        register_ended(exempting.hear)
        claims.register_seen(exempt.seen)
        claim_pages.register_sections(exempt.sections)
        register_cause("manifest", causes.tell)
        register_document("manifest", causes.lines_of)
