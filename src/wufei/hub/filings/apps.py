from django.apps import AppConfig


class FilingsConfig(AppConfig):
    name = "wufei.hub.filings"
    label = "filings"

    def ready(self) -> None:
        from wufei.hub.base.views import files
        from wufei.hub.filings import findings, queries
        from wufei.hub.filings.causes import cause
        from wufei.hub.ledger.queries.people import register_cause

        findings.register()
        files.register_access(queries.may_open)
        register_cause("filing", cause)
