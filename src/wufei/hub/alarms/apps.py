from django.apps import AppConfig


class AlarmsConfig(AppConfig):
    name = "wufei.hub.alarms"
    label = "alarms"
