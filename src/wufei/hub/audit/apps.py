from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "wufei.hub.audit"
    label = "audit"

    def ready(self) -> None:
        from wufei.hub.audit.services import record
        from wufei.hub.base import recording

        recording.register(record)
