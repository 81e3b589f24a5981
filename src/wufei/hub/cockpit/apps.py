from django.apps import AppConfig


class CockpitConfig(AppConfig):
    name = "wufei.hub.cockpit"
    label = "cockpit"
