from django.apps import AppConfig


class LabelsConfig(AppConfig):
    name = "wufei.hub.labels"
    label = "labels"
