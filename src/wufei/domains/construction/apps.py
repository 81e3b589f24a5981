from django.apps import AppConfig


class ConstructionConfig(AppConfig):
    name = "wufei.domains.construction"
    label = "construction"
