"""The side bar: one table, cut to what the role may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.base.actor import Actor

HOME, WATCH, BOOKS, GOALS, BASICS, OPEN, SYSTEM = (
    "",
    _("Supervision"),
    _("Ledger"),
    _("Targets"),
    _("Basics"),
    _("Public"),
    _("System"),
)


@dataclass(frozen=True)
class Entry:
    """One line of the side bar; ``act`` is what the page asks for, ``icon`` a Tabler icon.

    ``counts``: where the thumb's bar shows another line's number, because it leads there.
    """

    group: str | Promise
    label: str | Promise
    url_name: str
    act: str
    icon: str
    counts: str = ""


# group, label, URL name, act, icon
NAVIGATION: tuple[Entry, ...] = (
    Entry(HOME, _("My desk"), "desk", "desk.view", "layout-dashboard"),
    Entry(
        HOME,
        _("Scan and sign"),
        "manifests.phone",
        "manifests.manifest.sign",
        "qrcode",
        counts="manifests.inbox",
    ),
    Entry(HOME, _("Cockpit"), "cockpit.screen", "cockpit.screen.view", "device-desktop-analytics"),
    Entry(
        WATCH,
        _("Manifests"),
        "manifests.manifest.list",
        "manifests.manifest.view",
        "file-certificate",
    ),
    Entry(WATCH, _("To be signed"), "manifests.inbox", "manifests.manifest.sign", "signature"),
    Entry(
        WATCH,
        _("Collection rounds"),
        "manifests.round.list",
        "manifests.manifest.view",
        "route",
    ),
    Entry(
        WATCH,
        _("Drafts and patterns"),
        "manifests.draft.list",
        "manifests.draft.view",
        "file-pencil",
    ),
    Entry(
        WATCH,
        _("Signed offline"),
        "manifests.conflict.list",
        "manifests.conflict.view",
        "wifi-off",
    ),
    Entry(
        WATCH,
        _("Exemption claims"),
        "exemptions.claim.list",
        "exemptions.claim.view",
        "certificate",
    ),
    Entry(WATCH, _("My calendar"), "filings.mine", "filings.filing.edit", "calendar-due"),
    Entry(WATCH, _("Filings"), "filings.filing.list", "filings.filing.view", "forms"),
    Entry(
        WATCH,
        pgettext_lazy("filing", "To review"),
        "filings.review.list",
        "filings.review.decide",
        "checks",
    ),
    Entry(
        WATCH,
        _("Completeness"),
        "filings.completeness",
        "filings.completeness.view",
        "chart-bar",
    ),
    Entry(WATCH, _("Live map"), "telemetry.live", "telemetry.live.view", "map"),
    Entry(WATCH, _("Alarms"), "alarms.alarm.list", "alarms.alarm.view", "bell-ringing"),
    Entry(WATCH, _("Findings"), "base.finding.list", "base.finding.view", "alert-triangle"),
    Entry(BOOKS, _("One account"), "ledger.one_account", "ledger.account.view", "scale"),
    Entry(BOOKS, _("Stock and lots"), "ledger.stock", "ledger.account.view", "packages"),
    Entry(BOOKS, _("Labels"), "labels.label.list", "labels.label.print", "tag"),
    Entry(BOOKS, _("Movements"), "ledger.movements", "ledger.movement.view", "arrows-exchange"),
    Entry(BOOKS, _("Registers"), "registers.register", "registers.register.view", "notebook"),
    Entry(BOOKS, _("Record waste"), "ledger.entry.new", "ledger.movement.post", "scale-outline"),
    Entry(BOOKS, _("Treatment"), "ledger.treatment.new", "ledger.treatment.record", "recycle"),
    Entry(
        BOOKS, _("Stock-take"), "ledger.stocktake.new", "ledger.stocktake.record", "clipboard-list"
    ),
    Entry(
        GOALS,
        _("Indicators"),
        "indicators.indicator.list",
        "indicators.indicator.view",
        "chart-donut",
    ),
    Entry(
        GOALS,
        _("Capacity match"),
        "hazardous.capacity",
        "hazardous.capacity.view",
        "arrows-join-2",
    ),
    Entry(GOALS, _("Tasks"), "plans.task.list", "plans.task.view", "checklist"),
    Entry(GOALS, _("Plans"), "plans.plan.list", "plans.plan.view", "file-text"),
    Entry(BASICS, _("Alarm rules"), "alarms.rule.list", "alarms.rule.view", "adjustments-bolt"),
    Entry(SYSTEM, _("Imports"), "base.import.list", "base.import.view", "table-import"),
    Entry(SYSTEM, _("My exports"), "base.export.list", "base.export.view", "table-export"),
    Entry(SYSTEM, _("Users"), "accounts.user.list", "accounts.user.view", "users"),
    Entry(
        SYSTEM, _("Permission table"), "accounts.permissions", "accounts.permission.view", "lock"
    ),
    Entry(SYSTEM, _("Audit log"), "audit.event.list", "audit.event.view", "history"),
    Entry(SYSTEM, _("Log of evidence"), "evidence.log", "evidence.log.view", "shield-lock"),
    Entry(
        BASICS,
        _("Organisations"),
        "registry.organisation.list",
        "registry.organisation.view",
        "building-factory-2",
    ),
    Entry(BASICS, _("Sites"), "registry.site.list", "registry.site.view", "map-pin"),
    Entry(BASICS, _("Vehicles"), "registry.vehicle.list", "registry.vehicle.view", "truck"),
    Entry(BASICS, _("Drivers"), "registry.driver.list", "registry.driver.view", "id-badge-2"),
    Entry(BASICS, _("Devices"), "registry.device.list", "registry.device.view", "device-mobile"),
    Entry(BASICS, _("Licences"), "registry.licence.list", "registry.licence.view", "license"),
    Entry(BASICS, _("Quotas"), "registry.quota.list", "registry.quota.view", "gauge"),
    Entry(BASICS, _("Lists"), "registry.list.list", "registry.list.view", "list-check"),
    Entry(BASICS, _("Coverage"), "registry.coverage", "registry.coverage.view", "chart-pie"),
    Entry(
        BASICS, _("Members"), "registry.membership.list", "registry.membership.view", "user-check"
    ),
    Entry(BASICS, _("Units"), "registry.unit.list", "registry.unit.view", "building-bank"),
    Entry(BASICS, _("Regions"), "registry.region.list", "registry.region.view", "map-2"),
    Entry(
        BASICS,
        _("Waste catalogue"),
        "catalogue.waste.list",
        "catalogue.waste.view",
        "list-search",
    ),
    Entry(
        BASICS,
        _("Exemptions"),
        "catalogue.exemption.list",
        "catalogue.exemption.view",
        "certificate-off",
    ),
    Entry(
        BASICS,
        _("Limits of exemptions"),
        "exemptions.criterion.list",
        "exemptions.criterion.view",
        "test-pipe",
    ),
    Entry(
        BASICS,
        _("Waste streams"),
        "catalogue.stream.list",
        "catalogue.waste.view",
        "arrows-split-2",
    ),
    Entry(
        BASICS, pgettext_lazy("filing", "Forms"), "filings.type.list", "filings.type.view", "files"
    ),
    Entry(BASICS, _("Changed last days"), "filings.due.list", "filings.due.view", "calendar-event"),
    Entry(
        BASICS,
        _("Duties and exceptions"),
        "filings.obligation.list",
        "filings.obligation.view",
        "user-exclamation",
    ),
    Entry(BASICS, _("Working days"), "base.calendar.list", "base.calendar.view", "calendar"),
)


@dataclass(frozen=True)
class Line:
    label: str
    url_name: str
    url: str
    icon: str
    active: bool
    counts: str


@dataclass(frozen=True)
class Group:
    title: str
    lines: Sequence[Line]


def groups(actor: Actor, path: str) -> list[Group]:
    """The actor's side bar; the longest address that ``path`` begins with is the active one."""
    entries = [
        entry
        for title in (HOME, WATCH, BOOKS, GOALS, BASICS, OPEN, SYSTEM)
        for entry in NAVIGATION
        if entry.group is title and actor.may(entry.act)
    ]
    urls = {entry: reverse(entry.url_name) for entry in entries}
    # The desk is at "/", which every path begins with.
    above = (url for url in urls.values() if path == url or (url != "/" and path.startswith(url)))
    active = max(above, key=len, default="")
    return [
        Group(str(title), [_line(entry, urls[entry], active) for entry in members])
        for title, members in groupby(entries, key=lambda entry: entry.group)
    ]


def bottom(actor: Actor, path: str) -> list[Line]:
    """The three lines within the thumb's reach on a phone: the role's first ones."""
    lines = [line for group in groups(actor, path) for line in group.lines]
    return lines[:3]


def _line(entry: Entry, url: str, active: str) -> Line:
    counts = entry.counts or entry.url_name
    return Line(str(entry.label), entry.url_name, url, entry.icon, url == active, counts)
