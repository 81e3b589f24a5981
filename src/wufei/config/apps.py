from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "wufei.config"
    label = "wufei_config"

    def ready(self) -> None:
        """Fill each engine's registry, once, from the one table of domains."""
        from wufei.domains import DOMAINS
        from wufei.hub.catalogue import declarations

        declarations.fill(DOMAINS)
