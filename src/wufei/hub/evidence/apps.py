from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "wufei.hub.evidence"
    label = "evidence"
