from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "wufei.hub.audit"
    label = "audit"
