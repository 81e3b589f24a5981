from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "wufei.hub.plans"
    label = "plans"

    def ready(self) -> None:
        from wufei.hub.base.views import files
        from wufei.hub.plans import findings, queries

        findings.register()
        files.register_access(queries.may_open)
