from django.apps import AppConfig


class HouseholdConfig(AppConfig):
    name = "wufei.domains.household"
    label = "household"
