"""Template parts of the manifests' pages."""

from datetime import date, datetime
from decimal import Decimal

from django import template
from django.utils import timezone

from wufei.hub.base.actor import Actor
from wufei.hub.manifests.figures import known_g
from wufei.hub.manifests.models import Manifest
from wufei.hub.manifests.services.checks import SIGN
from wufei.ui.templatetags.wufei import amount

register = template.Library()


@register.filter
def plate(text: str) -> str:
    """``鲁P8D301`` as it is painted on a truck: ``鲁P·8D301``."""
    return f"{text[:2]}·{text[2:]}"


@register.filter
def carried(manifest: Manifest) -> int:
    """Grams on the manifest as far as they are known."""
    return known_g(manifest)


@register.filter
def signed(value: Decimal | int, decimals: int = 0) -> str:
    """A difference with its sign: ``+12`` or ``−760``."""
    text = amount(Decimal(value), decimals)
    return f"+{text}" if Decimal(value) > 0 else text


@register.filter
def km(metres: float) -> str:
    """``11200.0`` → ``11.2``."""
    return amount(Decimal(str(metres)) / 1000, 1)


@register.filter
def day_clock(value: datetime | None) -> str:
    """Hour and minute of today; with the day where it was another one."""
    if value is None:
        return "—"
    local = timezone.localtime(value)
    today = local.date() == timezone.localdate()
    return local.strftime("%H:%M" if today else "%m-%d %H:%M")


@register.filter
def short_day(value: date) -> str:
    """``12-31`` of this year, ``2027-12-31`` of another."""
    return value.strftime("%m-%d" if value.year == timezone.localdate().year else "%Y-%m-%d")


@register.filter
def revision_tone(state: str) -> str:
    """Colour of a revision's state."""
    tones = {"pending": "attention", "approved": "good", "refused": "bad"}
    return tones.get(state, "plain")


@register.filter
def may_sign(actor: Actor) -> bool:
    """Whether there is anything for this person that a phone could keep and send later."""
    return bool(actor) and actor.may(SIGN)


@register.simple_tag
def now_words() -> str:
    return timezone.localtime().strftime("%H:%M:%S")
