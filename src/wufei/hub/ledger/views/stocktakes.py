"""Stock-take 盘点: a site's list with book, count and difference."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid5

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods
from uuid_utils.compat import uuid7

from wufei.hub.base.access import Request, needs
from wufei.hub.base.errors import Forbidden, Refusal
from wufei.hub.base.pages.forms import submit_once
from wufei.hub.ledger import services
from wufei.hub.ledger.forms.fields import MomentField, uuid_or_none
from wufei.hub.ledger.forms.recording import site_choices, sites_of
from wufei.hub.ledger.models import Lot
from wufei.hub.ledger.queries.stock import Standing
from wufei.hub.ledger.services.surpluses import key_of
from wufei.hub.ledger.units import BadMass, mass
from wufei.hub.ledger.views.treatments import chosen_site, stocks_of
from wufei.hub.registry.models import Site

ACT = "ledger.stocktake.record"


class WhenForm(forms.Form):
    happened_at = MomentField()
    submission = forms.UUIDField(widget=forms.HiddenInput)


@dataclass
class LotCount:
    lot: Lot
    name: str
    text: str = ""
    error: str = ""
    counted_g: int | None = None


@dataclass
class Count:
    """One stock of the list; ``counted_g`` is None where nobody counted."""

    standing: Standing
    text: str = ""
    reason: str = ""
    error: str = ""
    counted_g: int | None = None
    lots: list[LotCount] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"counted-{self.standing.account.pk}"

    @property
    def off_g(self) -> int | None:
        return None if self.counted_g is None else self.counted_g - self.standing.mass_g

    def read(self, data: QueryDict) -> None:
        """What was written for this stock."""
        self.reason = data.get(f"reason-{self.standing.account.pk}", "").strip()[:300]
        if not self.lots:
            self.text = data.get(self.name, "").strip()
            self.counted_g, self.error = _counted(self.text)
            return
        for lot in self.lots:
            lot.text = data.get(lot.name, "").strip()
            lot.counted_g, lot.error = _counted(lot.text)
        if any(lot.text for lot in self.lots):
            for lot in self.lots:
                if not lot.text:
                    lot.error = _("Count this one too; write 0 if it is gone.")
            if all(lot.counted_g is not None for lot in self.lots):
                self.counted_g = sum(lot.counted_g or 0 for lot in self.lots)

    @property
    def wrong(self) -> bool:
        return bool(self.error) or any(lot.error for lot in self.lots)


@require_http_methods(["GET", "POST"])
@needs(ACT)
def new_stocktake(request: Request) -> HttpResponse:
    site = chosen_site(request, ACT)
    counts = _counts(site, request.POST)
    if request.method != "POST" or site is None:
        return _show(request, site, counts, WhenForm(initial={"submission": uuid7()}))
    when = WhenForm(request.POST)
    for count in counts:
        count.read(request.POST)
    taken = [count for count in counts if count.counted_g is not None]
    if not when.is_valid() or any(count.wrong for count in counts):
        return _show(request, site, counts, when, bad=True)
    if not taken:
        when.add_error(None, _("Write what you counted for at least one stock."))
        return _show(request, site, counts, when, bad=True)
    try:
        target = submit_once(request, lambda: _record(taken, when.cleaned_data, request))
    except Refusal as refusal:
        if isinstance(refusal, Forbidden):
            raise
        if not any(count.error for count in taken):
            when.add_error(None, str(refusal))
        return _show(request, site, counts, when, bad=True)
    off = sum(1 for count in taken if count.off_g)
    words = ngettext("%(n)s stock counted", "%(n)s stocks counted", len(taken)) % {"n": len(taken)}
    messages.success(request, f"{words} · " + _("%(off)s with a difference") % {"off": off})
    return HttpResponseRedirect(target)


def _record(taken: list[Count], cleaned: dict[str, Any], request: Request) -> str:
    """All counts of the list, in one order, so that two lists never wait for each other."""
    at: datetime = cleaned["happened_at"]
    for count in sorted(taken, key=lambda count: count.standing.account.pk):
        account = count.standing.account
        lots = {lot.lot.uuid: lot.counted_g or 0 for lot in count.lots} if count.lots else None
        try:
            services.record_stocktake(
                key_of(account),
                count.counted_g or 0,
                id=uuid5(cleaned["submission"], str(account.pk)),
                happened_at=at,
                by=request.actor,
                reason=count.reason,
                lots=lots,
            )
        except Refusal as refusal:
            count.error = str(refusal)
            raise
    account = taken[0].standing.account
    return reverse("ledger.stock") + f"?holder={account.holder.uuid}"


def _counts(site: Site | None, data: QueryDict) -> list[Count]:
    """What stands there, and what the form names although it was counted away meanwhile."""
    stocks = stocks_of(site, [name.removeprefix("counted-") for name in data])
    exact = [s.account.pk for s in stocks.values() if s.exact]
    lots: dict[int, list[LotCount]] = {}
    named = [uuid for name in data if (uuid := uuid_or_none(name.removeprefix("lot-")))]
    rows = Lot.objects.filter(Q(remaining_g__gt=0) | Q(uuid__in=named), account__in=exact)
    for lot in rows.order_by("since", "pk"):
        lots.setdefault(lot.account_id, []).append(LotCount(lot, f"lot-{lot.uuid}"))
    return [Count(s, lots=lots.get(s.account.pk, [])) for s in stocks.values()]


def _counted(text: str) -> tuple[int | None, str]:
    """Tonnes as written → grams, and what is wrong with them; zero is a count too."""
    if not text:
        return None, ""
    if not text.strip("0.") and any(c == "0" for c in text):
        return 0, ""
    try:
        return mass(text, "t").grams, ""
    except BadMass as refusal:
        return None, str(refusal)


def _show(
    request: Request, site: Site | None, counts: list[Count], when: WhenForm, bad: bool = False
) -> HttpResponse:
    context = {
        "site": site,
        "sites": site_choices(sites_of(request.actor, ACT)[:1000]),
        "counts": counts,
        "when": when,
    }
    return render(request, "ledger/stocktake_form.html", context, status=422 if bad else 200)
