"""What the forms of general industrial waste stand on, and the columns that they share."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wufei.domains import fields
from wufei.hub.base.wording import both
from wufei.hub.filings import sources
from wufei.hub.filings.declarations import Basis, Field
from wufei.hub.filings.periods import Span

DOMAIN = "industrial"
AUTHORITY = _("ecology and environment branch")
_GUIDELINE = both(
    "《一般工业固体废物管理台账制定指南（试行）》公告2021年第82号",
    "Guideline on ledgers of general industrial solid waste, announcement 82 of 2021 (trial)",
)
LAW = both("《固体废物污染环境防治法》(2020)", "Solid waste law (2020)")
FLOWS = sources.waste_flows(DOMAIN)
WASTE = fields.waste(DOMAIN, "固废代码", "固体废物代码")


def table(number: int) -> Basis:
    return Basis(_GUIDELINE, both(f"表{number}", f"table {number}"), "C")


def method(name: str, zh: str, en: str, *, required: bool = False) -> Field:
    return fields.method(name, zh, en, DOMAIN, required=required)


def makers(span: Span) -> Q:
    """Industrial enterprises that work with general industrial waste."""
    return Q(kind="enterprise", domains__contains=[DOMAIN])
