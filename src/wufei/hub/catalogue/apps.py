from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "wufei.hub.catalogue"
    label = "catalogue"
