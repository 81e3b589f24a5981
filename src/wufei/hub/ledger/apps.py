from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "wufei.hub.ledger"
    label = "ledger"
