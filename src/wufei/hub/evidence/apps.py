from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    name = "wufei.hub.evidence"
    label = "evidence"

    def ready(self) -> None:
        from wufei.hub.evidence import printed
        from wufei.hub.manifests.printed import register_part

        register_part(printed.tell)
