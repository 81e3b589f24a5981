from django.apps import AppConfig


class ManifestsConfig(AppConfig):
    name = "wufei.hub.manifests"
    label = "manifests"

    def ready(self) -> None:
        from wufei.hub.manifests import findings

        findings.register()
