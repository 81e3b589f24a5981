from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "wufei.hub.indicators"
    label = "indicators"
