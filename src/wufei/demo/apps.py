from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "wufei.demo"
    label = "demo"

    def ready(self) -> None:
        from wufei.demo.progress import PANEL
        from wufei.hub.base import desk

        desk.register(PANEL)
