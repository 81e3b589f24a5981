"""A filed plan or an approval grants quantities: manifests are held against them."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.filings.declarations import (
    Accepted,
    Effect,
    Field,
    Made,
    Text,
    Values,
    filing_type,
)
from wufei.hub.filings.effects.acting import by_right, number_of
from wufei.hub.filings.forms import GRAMS
from wufei.hub.filings.models import Filing
from wufei.hub.filings.periods import Span
from wufei.hub.filings.refusals import QuotaOfAnother
from wufei.hub.registry.models import Quota
from wufei.hub.registry.services import quotas as registry
from wufei.hub.registry.validity import first_day, in_words

Granted = dict[str, Decimal]


def quotas(
    section: str,
    *,
    waste: str = "waste",
    mass: str = "mass",
    source: Quota.Source = Quota.Source.PLAN,
    span: Callable[[Accepted], Span] = lambda accepted: accepted.subject.span,
    when: Callable[[Values], bool] = lambda row: True,
    code: str = "quotas",
) -> Effect:
    """Grant each waste of the table its mass, in tonnes, for ``span`` (the form's period).

    Rows for which ``when`` is False count nothing. An amendment changes the quota that there is,
    so that what was taken of it stays taken; a waste that it no longer names gets nothing more.
    """

    def granted(accepted: Accepted) -> Granted:
        form_type = accepted.version.filing.type
        field = _field(form_type, section, mass)
        sums: Granted = {}
        for row in accepted.form.rows.get(section, ()):
            if when(row) and row.get(waste):
                code_of = str(row[waste]).upper()
                sums[code_of] = sums.get(code_of, Decimal(0)) + _tonnes(field, row.get(mass))
        return sums

    def preview(accepted: Accepted) -> Sequence[Text]:
        days = span(accepted)
        return [_told(one, limit_t, days) for one, limit_t in granted(accepted).items()]

    def apply(accepted: Accepted, by: Actor) -> Sequence[Made]:
        days, wanted = span(accepted), granted(accepted)
        for earlier in accepted.made_before:
            wanted.setdefault(earlier.subject.rpartition(":")[2], Decimal(0))
        return [_grant(accepted, one, wanted[one], days, source, by) for one in sorted(wanted)]

    return Effect(code, _("Quotas"), preview, apply)


def _grant(
    accepted: Accepted, code: str, limit_t: Decimal, days: Span, source: str, by: Actor
) -> Made:
    """Change the quota that there is for these days, or make one."""
    subject, actor = accepted.subject, by_right(by)
    values = {"limit_t": limit_t, "source": source, "document": number_of(accepted)[:60]}
    for other in _overlapping(accepted, code, days):
        if (first_day(other.validity) or days.first) < days.first:
            # Granted elsewhere, for an earlier time: it ends where this begins.
            registry.close(other, actor, last=days.first - timedelta(days=1), reason=str(days))
            continue
        _refuse_of_another(accepted, other)
        # What was taken of it stays taken. A second one in the way is refused by the register.
        registry.edit(other, actor, valid_from=days.first, valid_until=days.last, **values)
        break
    else:
        registry.create(
            actor,
            organisation=subject.organisation,
            site=subject.site,
            code=code,
            valid_from=days.first,
            valid_until=days.last,
            **values,
        )
    return Made(f"registry.quota:{code}", _told(code, limit_t, days))


def _refuse_of_another(accepted: Accepted, quota: Quota) -> None:
    """Two forms that grant the same in place of each other: one would be lost without a word."""
    filing = accepted.version.filing
    others = Filing.objects.exclude(pk=filing.pk).filter(
        Q(number=quota.document) | Q(authority_no=quota.document),
        organisation=filing.organisation_id,
    )
    if quota.document and others.exists():
        dates = in_words(quota.validity)
        raise QuotaOfAnother(code=quota.code, dates=dates, document=quota.document)


def _overlapping(accepted: Accepted, code: str, days: Span) -> "QuerySet[Quota]":
    subject = accepted.subject
    same = Quota.objects.filter(organisation=subject.organisation, site=subject.site, code=code)
    after = days.last + timedelta(days=1)
    return same.filter(validity__overlap=(days.first, after)).order_by("validity")


def _field(form_type: str, section: str, name: str) -> Field:
    return filing_type(form_type).section(section).field(name)


def _tonnes(field: Field, value: Decimal | None) -> Decimal:
    return (value or Decimal(0)) * GRAMS[field.unit] / GRAMS["t"]


def _told(code: str, limit_t: Decimal, days: Span) -> Text:
    text = _("Quota of {code}: {limit} t, {days}")
    return format_lazy(text, code=code, limit=f"{limit_t:,f}", days=str(days))
