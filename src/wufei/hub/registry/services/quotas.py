"""Quotas: how much a plan filing or an approval grants for a period."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import Invalid, Refusal
from wufei.hub.registry.models import Quota
from wufei.hub.registry.services.book import Book, Values, other
from wufei.hub.registry.services.licences import check_tonnes
from wufei.hub.registry.services.refusals import QuotaOverlaps
from wufei.hub.registry.services.tidying import keep, one_of, required, strip
from wufei.hub.registry.validity import in_words


def _check(values: Values, quota: Quota | None) -> Values:
    clean = strip(values)
    required(
        clean,
        quota,
        organisation=_("Choose the organisation that the quota is for."),
        code=_("Give the waste code."),
        limit_t=_("Give the quantity in tonnes."),
    )
    one_of(clean, "source", Quota.Source.values, _("Choose a source from the list."))
    if "code" in clean:
        clean["code"] = clean["code"].upper()
    check_tonnes(clean.get("limit_t"), "limit_t")
    site = keep(clean, quota, "site")
    if site is not None and site.organisation_id != keep(clean, quota, "organisation").pk:
        raise Invalid(_("This site belongs to another organisation."), field="site")
    return _whole_year(clean)


def _whole_year(clean: Values) -> Values:
    """``year`` is short for its first and last day."""
    if (year := clean.pop("year", None)) is not None:
        if not 2000 <= year <= 2100:
            raise Invalid(_("Give the year with four digits."), field="year")
        clean["valid_from"], clean["valid_until"] = date(year, 1, 1), date(year, 12, 31)
    return clean


def _overlap(quota: Quota, values: Values) -> Refusal:
    holder = other(
        Quota.objects.all(),
        quota,
        organisation=quota.organisation,
        site=quota.site,
        code=quota.code,
    )
    return QuotaOverlaps(
        organisation=quota.organisation.name,
        limit=holder.limit_t,
        code=quota.code,
        dates=in_words(holder.validity),
        field="valid_from",
    )


QUOTAS: Book[Quota] = Book(
    name="quota", model=Quota, check=_check, conflicts={"registry_quota_no_overlap": _overlap}
)


def create(by: Actor, **values: Any) -> Quota:
    """Add a quota: ``organisation``, ``code``, ``limit_t``, and ``year`` or ``valid_from`` with
    ``valid_until``; ``site``, ``source``, ``document``. Raises ``QuotaOverlaps``.
    """
    return QUOTAS.create(by, **values)


def edit(quota: Quota, by: Actor, **values: Any) -> Quota:
    return QUOTAS.edit(quota, by, **values)


def close(quota: Quota, by: Actor, *, last: date, reason: str = "") -> Quota:
    return QUOTAS.close(quota, by, last=last, reason=reason)
