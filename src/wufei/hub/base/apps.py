from django.apps import AppConfig


class BaseConfig(AppConfig):
    name = "wufei.hub.base"
    label = "base"
