from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "wufei.config"
    label = "wufei_config"
