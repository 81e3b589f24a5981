"""What the ledger's findings say, where they lead, and who may see them."""

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from wufei.hub.base.actor import Actor
from wufei.hub.base.models import FindingRecord
from wufei.hub.base.texts import finding_text
from wufei.hub.base.views import findings
from wufei.hub.ledger.models import Account
from wufei.hub.ledger.queries.reach import accounts_of, reach

SUBJECT = "ledger.account"


def register() -> None:
    finding_text(
        "ledger.shortfall",
        gettext_noop("The book lacked %(mass_t)s t of what was really moved."),
        _("Shortfall of the book"),
    )
    finding_text(
        "ledger.surplus",
        gettext_noop("%(mass_t)s t were found that the book did not have."),
        _("Surplus"),
    )
    finding_text(
        "ledger.stocktake",
        gettext_noop("A stock-take differs from the book by %(mass_t)s t."),
        _("Stock-take with a difference"),
    )
    finding_text(
        "ledger.negative_day",
        gettext_noop("On %(days)s days more had left than had come, first on %(first)s."),
        _("Days below zero"),
    )
    findings.register_subject(SUBJECT, page)
    findings.register_name(SUBJECT, name)
    findings.register_scope(within)


def page(subject: str) -> str | None:
    """Statement of the account that ``ledger.account:12`` names."""
    pk = subject.partition(":")[2]
    return reverse("ledger.account", args=[int(pk)]) if pk.isdecimal() else None


def name(subject: str) -> str:
    """Who holds the account that ``ledger.account:12`` names, and where."""
    pk = subject.partition(":")[2]
    found = Account.objects.select_related("holder", "place").filter(pk=int(pk)).first()
    if found is None:
        return ""
    return " · ".join(str(part) for part in (found.holder, found.place) if part)


def within(rows: "QuerySet[FindingRecord]", actor: Actor) -> "QuerySet[FindingRecord]":
    """Findings on accounts that the actor reaches."""
    subject = Concat(Value(f"{SUBJECT}:"), Cast("pk", CharField()), output_field=CharField())
    mine = Account.objects.filter(accounts_of(reach(actor, "base.finding.view")))
    return rows.filter(subject__in=mine.annotate(subject=subject).values("subject"))
