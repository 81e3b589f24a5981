from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "wufei.config"
    label = "wufei_config"

    def ready(self) -> None:
        """Fill each engine's registry, once, from the one table of domains."""
        from wufei.config.desk import PANELS
        from wufei.domains import DOMAINS
        from wufei.domains.filings import FILINGS
        from wufei.domains.lists import LISTS
        from wufei.hub.accounts import actors, choices
        from wufei.hub.accounts.pages import with_actor_names
        from wufei.hub.accounts.permissions import Role
        from wufei.hub.alarms import declarations as alarms
        from wufei.hub.alarms import findings as alarm_findings
        from wufei.hub.alarms.announcing import standing
        from wufei.hub.alarms.desk import DESK_PARTS as ALARMS_DESK
        from wufei.hub.alarms.desk import SEARCH as ALARMS_SEARCH
        from wufei.hub.alarms.rules import GENERAL
        from wufei.hub.audit import pages as audit_pages
        from wufei.hub.base import desk, search
        from wufei.hub.base.tables import export_runs
        from wufei.hub.base.waiting import WAITING
        from wufei.hub.catalogue import declarations
        from wufei.hub.catalogue.search import WASTES
        from wufei.hub.filings import declarations as filings
        from wufei.hub.filings.desk import DESK_PARTS as FILINGS_DESK
        from wufei.hub.filings.desk import SEARCH as FILINGS_SEARCH
        from wufei.hub.filings.sheets import columns as filing_sheets
        from wufei.hub.filings.sheets.export import EXPORTER as FILINGS_EXPORTER
        from wufei.hub.indicators import declarations as indicators
        from wufei.hub.labels import formats as labels
        from wufei.hub.ledger.desk import DESK_PARTS as LEDGER_DESK
        from wufei.hub.ledger.desk import SEARCH as LEDGER_SEARCH
        from wufei.hub.manifests import declarations as manifests
        from wufei.hub.manifests.desk import DESK_PARTS as MANIFESTS_DESK
        from wufei.hub.manifests.desk import SEARCH as MANIFESTS_SEARCH
        from wufei.hub.plans.desk import DESK_PARTS as PLANS_DESK
        from wufei.hub.plans.desk import SEARCH as PLANS_SEARCH
        from wufei.hub.registers import declarations as registers
        from wufei.hub.registers.exporting import EXPORTER
        from wufei.hub.registers.general import GENERAL as GENERAL_REGISTERS
        from wufei.hub.registry import domains, lists
        from wufei.hub.registry.desk import DESK_PARTS, SEARCH
        from wufei.hub.registry.services.memberships import Provider
        from wufei.hub.telemetry.live import standing as live_alarms
        from wufei.ui import domains as ui_domains

        declarations.fill(DOMAINS)
        manifests.fill(template for domain in DOMAINS for template in domain.manifests)
        labels.fill(use for domain in DOMAINS for use in domain.labels)
        alarms.fill([*GENERAL, *(rule for domain in DOMAINS for rule in domain.rules)])
        registers.fill(
            [*GENERAL_REGISTERS, *(table for domain in DOMAINS for table in domain.registers)]
        )
        filings.fill(FILINGS)
        filing_sheets.register_all()
        lists.fill(LISTS)
        export_runs.register(EXPORTER)
        export_runs.register(FILINGS_EXPORTER)
        indicators.fill(one for domain in DOMAINS for one in domain.indicators)
        alarm_findings.register()
        live_alarms.register(standing)
        domains.fill((domain.code, domain.name) for domain in DOMAINS)
        actors.register_memberships(Provider())
        ui_domains.fill((one.code, one.name, one.short_name) for one in DOMAINS)
        audit_pages.register_people(with_actor_names, Role.choices)
        choices.register(regions=_regions, domains=ui_domains.choices)
        search.register(
            *MANIFESTS_SEARCH,
            *FILINGS_SEARCH,
            *SEARCH,
            WASTES,
            *LEDGER_SEARCH,
            *ALARMS_SEARCH,
            *PLANS_SEARCH,
        )
        desk.register(
            *PANELS,
            *MANIFESTS_DESK,
            *FILINGS_DESK,
            *ALARMS_DESK,
            *WAITING,
            *LEDGER_DESK,
            *PLANS_DESK,
            *DESK_PARTS,
        )


def _regions() -> list[tuple[str, str]]:
    """The supervised district and its towns, as prefixes of ``Region.path`` with their names."""
    from wufei.hub.registry.queries import regions_within

    levels = ("zone", "county", "town")
    return [(region.path, str(region)) for region in regions_within().filter(level__in=levels)]
