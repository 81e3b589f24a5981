from django.apps import AppConfig


class FilingsConfig(AppConfig):
    name = "wufei.hub.filings"
    label = "filings"
