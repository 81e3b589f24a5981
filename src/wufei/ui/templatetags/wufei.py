"""How quantities, times and states look, the same in every room."""

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from django import template
from django.template import Context
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from wufei.ui import basemap, domains

register = template.Library()

GRAMS = {"t": 1_000_000, "kg": 1_000, "g": 1}
MINUS = "\N{MINUS SIGN}"


def amount(number: Decimal, decimals: int) -> str:
    """Digits with thousands separators, rounded half-even, with a true minus sign."""
    rounded = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)
    if not rounded:
        rounded = abs(rounded)
    return f"{rounded:,}".replace("-", MINUS)


def tonnes_short(mass_g: int, *, chinese: bool) -> tuple[str, str]:
    """Number and unit for the cockpit: ten thousands as 万 with one decimal, else full tonnes."""
    tonnes = Decimal(mass_g) / GRAMS["t"]
    if abs(tonnes) < 10_000:
        return amount(tonnes, 0), "t"
    if chinese:
        return amount(tonnes / 10_000, 1), "万 t"
    return amount(tonnes / 1_000, 1), "kt"


def _quantity(number: str, unit: str) -> SafeString:
    return format_html('<span class="quantity">{}<span class="unit">{}</span></span>', number, unit)


@register.simple_tag
def mass(mass_g: int | None, unit: str = "t", decimals: int = 3, short: bool = False) -> str:
    """``{% mass row.mass_g %}``: grams as tonnes (or kg); ``short=True`` in the cockpit's form."""
    if mass_g is None:
        return "—"
    if short:
        return _quantity(*tonnes_short(mass_g, chinese=_chinese()))
    return _quantity(amount(Decimal(mass_g) / GRAMS[unit], decimals), unit)


@register.filter
def tonnes(mass_g: int | None, decimals: int = 3) -> str:
    """``{{ row.mass_g|tonnes }}``: the bare number of tonnes, where the heading names the unit."""
    return "—" if mass_g is None else amount(Decimal(mass_g) / GRAMS["t"], decimals)


@register.simple_tag
def quantity(number: Decimal | int | None, unit: str = "", decimals: int = 0) -> str:
    """Number and unit, as ``{% quantity site.capacity_t 't' 3 %}``."""
    return "—" if number is None else _quantity(amount(Decimal(number), decimals), unit)


@register.filter
def day(value: date | datetime | None) -> str:
    """Date in Asia/Shanghai: 2026-11-23."""
    if value is None:
        return "—"
    return (timezone.localtime(value) if isinstance(value, datetime) else value).strftime(
        "%Y-%m-%d"
    )


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """Date and minute in Asia/Shanghai, machine-readable in the markup."""
    if value is None:
        return "—"
    return format_html(
        '<time datetime="{}">{}</time>',
        value.astimezone(UTC).isoformat(timespec="seconds"),
        timezone.localtime(value).strftime("%Y-%m-%d %H:%M"),
    )


@register.filter
def clock(value: datetime | None) -> str:
    """Hour and minute in Asia/Shanghai."""
    return "—" if value is None else timezone.localtime(value).strftime("%H:%M")


@register.simple_tag
def today_words() -> str:
    """Today as people say it: 11 月 23 日 周一, or Monday 23 November."""
    now = timezone.localdate()
    if _chinese():
        return f"{now.month} 月 {now.day} 日 周{'一二三四五六日'[now.weekday()]}"
    return date_format(now, "l j F")


@register.simple_tag
def weekday(value: date) -> str:
    """One or two letters of a weekday: 一 or Mo."""
    return "一二三四五六日"[value.weekday()] if _chinese() else date_format(value, "D")[:2]


@register.simple_tag
def due_words(value: date | None) -> str:
    """A due day as people say it: overdue since 3 days, today, tomorrow, or the date."""
    if value is None:
        return "—"
    days = (value - timezone.localdate()).days
    if days < 0:
        return ngettext("%(days)s day overdue", "%(days)s days overdue", -days) % {"days": -days}
    words = {0: _("today"), 1: _("tomorrow")}
    return words.get(days, value.strftime("%m-%d" if days < 300 else "%Y-%m-%d"))


@register.simple_tag
def mark(text: object, tone: str = "plain") -> SafeString:
    """A word in a state: good, attention, bad, info or plain."""
    return format_html('<span class="mark {}">{}</span>', tone, text)


@register.simple_tag
def domain_name(code: str) -> SafeString:
    """A domain's colour with its name beside it."""
    return format_html('<span class="domain {}">{}</span>', code, domains.label(code))


@register.simple_tag
def domain_short(code: str) -> SafeString:
    """The same in one word, where there is little room."""
    return format_html('<span class="domain {}">{}</span>', code, domains.short(code))


@register.simple_tag(takes_context=True)
def fragment(context: Context, url_name: str, act: str, *args: object) -> SafeString:
    """A higher room's part of this page, fetched by URL name; nothing where that is not for the
    reader, or the room is not there.
    """
    actor = context.get("actor")
    if actor is None or not actor.may(act):
        return SafeString("")
    try:
        address = reverse(url_name, args=args)
    except NoReverseMatch:
        return SafeString("")
    return format_html(
        '<div hx-get="{}" hx-trigger="load" hx-swap="outerHTML" hx-push-url="false"></div>', address
    )


@register.simple_tag
def base_map() -> basemap.BaseMap:
    """What lies under the maps (``components/map.html``)."""
    return basemap.base_map()


@register.simple_tag
def icon(name: str) -> SafeString:
    """A Tabler icon that says nothing to a screen reader."""
    return format_html('<i class="ti ti-{}" aria-hidden="true"></i>', name)


@register.filter
def yes_no(value: bool | None) -> str:
    return "—" if value is None else _("yes") if value else _("no")


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")
