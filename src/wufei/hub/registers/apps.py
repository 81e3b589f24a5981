from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "wufei.hub.registers"
    label = "registers"
