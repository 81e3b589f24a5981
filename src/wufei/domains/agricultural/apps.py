from django.apps import AppConfig


class AgriculturalConfig(AppConfig):
    name = "wufei.domains.agricultural"
    label = "agricultural"
