from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "wufei.hub.ledger"
    label = "ledger"

    def ready(self) -> None:
        from wufei.hub.base import tables
        from wufei.hub.ledger import findings, imports

        tables.register(imports.TABLE)
        findings.register()
