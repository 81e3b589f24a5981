from django.apps import AppConfig


class IndustrialConfig(AppConfig):
    name = "wufei.domains.industrial"
    label = "industrial"
