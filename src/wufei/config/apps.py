from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "wufei.config"
    label = "wufei_config"

    def ready(self) -> None:
        """Fill each engine's registry, once, from the one table of domains."""
        from wufei.domains import DOMAINS
        from wufei.hub.accounts import actors
        from wufei.hub.catalogue import declarations
        from wufei.hub.registry import domains
        from wufei.hub.registry.services.memberships import Provider

        declarations.fill(DOMAINS)
        domains.fill((domain.code, domain.name) for domain in DOMAINS)
        actors.register_memberships(Provider())
