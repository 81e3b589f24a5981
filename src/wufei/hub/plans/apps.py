from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "wufei.hub.plans"
    label = "plans"
