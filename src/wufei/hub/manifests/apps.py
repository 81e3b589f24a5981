from django.apps import AppConfig


class ManifestsConfig(AppConfig):
    name = "wufei.hub.manifests"
    label = "manifests"
