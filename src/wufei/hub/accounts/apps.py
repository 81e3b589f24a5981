from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "wufei.hub.accounts"
    label = "accounts"
