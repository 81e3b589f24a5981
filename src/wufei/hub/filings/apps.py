from django.apps import AppConfig


class FilingsConfig(AppConfig):
    name = "wufei.hub.filings"
    label = "filings"

    def ready(self) -> None:
        from wufei.hub.filings.causes import cause
        from wufei.hub.ledger.queries.people import register_cause

        register_cause("filing", cause)
