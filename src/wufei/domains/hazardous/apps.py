from django.apps import AppConfig


class HazardousConfig(AppConfig):
    name = "wufei.domains.hazardous"
    label = "hazardous"
