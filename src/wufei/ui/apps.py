from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "wufei.ui"
    label = "ui"
