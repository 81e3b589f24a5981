from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "wufei.hub.registry"
    label = "registry"

    def ready(self) -> None:
        from wufei.hub.registry import findings

        findings.register()
