from django.apps import AppConfig


class RenewableConfig(AppConfig):
    name = "wufei.domains.renewable"
    label = "renewable"
