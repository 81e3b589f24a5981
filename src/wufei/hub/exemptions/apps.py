from django.apps import AppConfig


class ExemptionsConfig(AppConfig):
    name = "wufei.hub.exemptions"
    label = "exemptions"

    def ready(self) -> None:
        from wufei.hub.base.views import files
        from wufei.hub.exemptions import queries

        files.register_access(queries.may_open)
