"""The screen as JSON: texts and addresses, ready to be put into the page."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from wufei.hub.alarms import words
from wufei.hub.alarms.models import Alarm
from wufei.hub.catalogue import declarations as catalogue
from wufei.hub.cockpit import figures, links, sankey
from wufei.hub.cockpit.quality import Quality
from wufei.hub.cockpit.screen import Books, Screen, Targets
from wufei.hub.cockpit.today import Alarms, Loads
from wufei.hub.indicators.links import page_url
from wufei.hub.indicators.queries import State, Value
from wufei.hub.indicators.templatetags.indicators import percent
from wufei.hub.ledger.queries.flows import Node
from wufei.hub.ledger.queries.numbers import NUMBERS
from wufei.hub.ledger.queries.one_account import Line

CARD = ("arisen", "stock", "custody", "recovered", "disposed")


def as_json(shown: Screen) -> dict[str, Any]:
    books = shown.books
    return {
        "at": timezone.localtime(shown.at).strftime("%H:%M:%S"),
        "year": books.period.end.year,
        "empty": books.empty,
        "quality": _quality(shown.quality),
        "cards": [_card(books, line) for line in books.domains],
        "sankey": _sankey(books),
        "account": {"url": links.account(books.period), **_balance(shown)},
        "loads": _loads(shown.loads),
        "alarms": _alarms(shown.alarms),
        "targets": _targets(shown.targets),
    }


def _quality(found: Quality) -> dict[str, Any]:
    recorded = found.recorded_at
    return {
        "measured": found.share(found.measured),
        "declared": found.share(found.declared),
        "estimated": found.share(found.estimated),
        "count": found.count,
        "recorded_at": timezone.localtime(recorded).strftime("%m-%d %H:%M") if recorded else "",
    }


def _card(books: Books, line: Line) -> dict[str, Any]:
    domain = catalogue.domain(line.key)
    hazardous = line.key == "hazardous"
    return {
        "code": domain.code,
        "name": capfirst(str(domain.name)),
        "url": links.account(books.period, domain=domain.code, by="stream"),
        "figures": [
            {
                "code": code,
                "label": _label(code),
                **figures.mass(
                    NUMBERS[code].of(line),
                    links.movements(books.period, code, domain=domain.code),
                    hazardous=hazardous,
                ).as_json(),
            }
            for code in CARD
        ],
        "rate": _rate(books.main(domain.code)),
    }


def _label(code: str) -> str:
    return {
        "arisen": pgettext("cockpit", "arisen"),
        "stock": pgettext("cockpit", "stored"),
        "custody": pgettext("cockpit", "on the road"),
        "recovered": pgettext("cockpit", "recovered"),
        "disposed": pgettext("cockpit", "disposed"),
    }[code]


def _rate(value: Value | None) -> dict[str, Any] | None:
    """The ring: ``share`` and ``tick`` from 0 to 1."""
    if value is None:
        return None
    target = value.target
    return {
        "name": capfirst(str(value.name)),
        "text": "—" if value.value is None else percent(value.value),
        "share": 0 if value.value is None else _share(value.value),
        "target": f"{target.value.normalize():f}" if target else "",
        "tick": _share(target.value) if target else None,
        "state": str(value.state.label),
        "tone": value.state.tone,
        "why_not": value.why_not,
        "url": page_url(value),
    }


def _share(value: Any) -> float:
    return round(min(max(float(value), 0), 100) / 100, 4)


def _sankey(books: Books) -> dict[str, Any]:
    period = books.period

    def url(node: Node) -> str:
        if node.layer == 1:
            return links.account(period, domain=node.code.removeprefix("domain:"), by="stream")
        return links.movements(period, node.number, method=node.method)

    return sankey.chart(sankey.bands(books.domains), url, links.account(period))


def _balance(shown: Screen) -> dict[str, Any]:
    clock = timezone.localtime(shown.at).strftime("%H:%M")
    match shown.books.balanced:
        case True:
            text = _("balances")
        case False:
            text = _("Does not balance: tell your administrator")
        case _:
            text = _("your part of the district")
    return {"balanced": shown.books.balanced, "words": text, "checked": clock}


LOADS = ("issued", "moving", "closed", "abnormal")


def load_label(code: str) -> str:
    return {
        "issued": pgettext("manifest", "issued"),
        "moving": pgettext("cockpit", "on the road"),
        "closed": pgettext("manifest", "closed"),
        "abnormal": _("abnormal"),
    }[code]


def _loads(found: Loads | None) -> list[dict[str, Any]] | None:
    if found is None:
        return None
    return [
        {
            "code": code,
            "label": load_label(code),
            **figures.count(getattr(found, code), reverse("cockpit.loads", args=[code])).as_json(),
        }
        for code in LOADS
    ]


def _alarms(found: Alarms | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "url": links.page("alarms.alarm.list"),
        "waiting": found.waiting,
        "today": found.today,
        "false_today": found.false_today,
        "rows": [_alarm(one) for one in found.rows],
        "rings": [
            _alarm(one) | {"longitude": float(one.longitude), "latitude": float(one.latitude)}
            for one in found.rings
            if one.longitude is not None and one.latitude is not None
        ],
    }


def _alarm(found: Alarm) -> dict[str, Any]:
    thing = found.vehicle or found.manifest or found.organisation or found.finding.subject
    opened = timezone.localtime(found.opened_at)
    today = opened.date() == timezone.localdate()
    return {
        "id": str(found.uuid),
        "name": str(words.rule_name(found.rule)),
        "thing": str(thing),
        "note": words.told(found),
        "time": opened.strftime("%H:%M" if today else "%m-%d"),
        "tone": words.TONES[found.severity],
        "url": links.page("alarms.alarm.detail", found.uuid),
    }


def _targets(found: Targets) -> dict[str, Any]:
    computed = [_target(value) for value in found.values]
    return {
        "year": found.year,
        "url": reverse("indicators.indicator.list"),
        "count": len(found.values) + len(found.others),
        "met": found.count(State.MET),
        "on_the_way": found.count(State.ON_THE_WAY),
        "at_risk": found.count(State.AT_RISK, State.MISSED),
        "not_computable": found.count(State.NOT_COMPUTABLE) + len(found.others),
        "rows": computed,
    }


def _target(value: Value) -> dict[str, Any]:
    rate = _rate(value)
    assert rate is not None
    return rate | {"code": value.code, "domain": value.domain}
