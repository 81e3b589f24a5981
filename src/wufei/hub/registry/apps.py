from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "wufei.hub.registry"
    label = "registry"
