"""Quotas: pages and files."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import django_filters
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.base.pages import Action, Resource, Section
from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.base.tables.spec import Text
from wufei.hub.registry import queries
from wufei.hub.registry.models import Quota, Site
from wufei.hub.registry.pages import sections
from wufei.hub.registry.pages.columns import chosen, detail, organisation, state_column
from wufei.hub.registry.pages.fields import CloseForm, EntryForm, OrganisationField, initial
from wufei.hub.registry.pages.filters import RegionFilter, StateFilter, kind_filter
from wufei.hub.registry.pages.writing import organisation_of, put, site_of, standing
from wufei.hub.registry.services import quotas
from wufei.hub.registry.services.book import Values
from wufei.hub.registry.services.headroom import NEAR_PERMILLE
from wufei.hub.registry.services.quotas import QUOTAS
from wufei.hub.registry.validity import first_day, last_day
from wufei.ui.templatetags.wufei import amount

CODE = "registry.quota"
SOURCES = chosen(Quota.Source)


def taken_t(quota: Quota) -> Decimal:
    headroom = getattr(quota, "headroom", None)
    return Decimal(headroom.taken_g).scaleb(-6) if headroom else Decimal(0)


def use(quota: Quota) -> tuple[Text, str]:
    """How much of it is used up, with its tone."""
    taken = taken_t(quota)
    if taken > quota.limit_t:
        over = {"mass": amount(taken - quota.limit_t, 3)}
        return gettext("%(mass)s t too much") % over, "bad"
    permille = int(taken * 1000 / quota.limit_t) if quota.limit_t else 1000
    return f"{permille / 10:.1f} %", "attention" if permille >= NEAR_PERMILLE else ""


COLUMNS = (
    Column(
        "code",
        _("Waste code"),
        required=True,
        link=detail(CODE),
        length_max=30,
        example="900-249-08",
    ),
    organisation(),
    Column(
        "site",
        _("Site"),
        value=lambda obj: str(obj.site or ""),
        sort="site__name",
        help=_("Only where the quota is for one site of the organisation."),
    ),
    Column("limit_t", _("Quantity"), Kind.DECIMAL, unit="t", decimals=3, required=True),
    Column(
        "taken_t",
        _("Moved under manifests"),
        Kind.DECIMAL,
        unit="t",
        decimals=3,
        value=taken_t,
        sort="headroom__taken_g",
        imported=False,
        help=_("What issued manifests have taken of it."),
    ),
    Column(
        "use",
        _("Used"),
        value=lambda obj: use(obj)[0],
        tone=lambda obj: use(obj)[1],
        imported=False,
    ),
    Column(
        "valid_from",
        _("Period from"),
        Kind.DATE,
        required=True,
        value=lambda obj: first_day(obj.validity),
        sort="validity__startswith",
        example="2026-01-01",
    ),
    Column(
        "valid_until",
        _("Period until"),
        Kind.DATE,
        required=True,
        value=lambda obj: last_day(obj.validity),
        sort="validity__endswith",
        example="2026-12-31",
    ),
    Column("source", _("Source"), Kind.CHOICE, choices=SOURCES),
    Column("document", _("Document number"), listed=False, length_max=60),
    state_column(),
)


def write(row: Mapping[str, Any], actor: Actor) -> Quota:
    """One line of a file: found by organisation, site, code and the period's first day."""
    values = {name: value for name, value in row.items() if value is not None}
    values["organisation"] = organisation_of(row, actor, f"{CODE}.edit")
    values["site"] = site_of(row, values["organisation"])
    same = Quota.objects.filter(
        organisation=values["organisation"], site=values["site"], code=values["code"].upper()
    )
    found: Quota = put(QUOTAS, standing(same, values), values, actor)
    return found


TABLE = register(
    Table(
        code=CODE,
        title=_("Quotas"),
        columns=COLUMNS,
        rows=queries.visible_quotas,
        write=write,
        search=(
            "code__icontains",
            "document__icontains",
            "organisation__name__icontains",
            "organisation__pinyin__icontains",
        ),
        guidance=_(
            "A line whose organisation, site, code and period are known changes that quota; any "
            "other line adds one."
        ),
    )
)


class Filters(django_filters.FilterSet):  # type: ignore[misc]
    region = RegionFilter("organisation__region")
    source = kind_filter(SOURCES, _("Source"))
    state = StateFilter()


class Form(EntryForm):
    act = f"{CODE}.edit"

    organisation = OrganisationField(label=_("Organisation"))
    site = forms.CharField(
        label=_("Site"),
        max_length=80,
        required=False,
        help_text=_("Only where the quota is for one site of the organisation."),
    )
    code = forms.CharField(label=_("Waste code"), max_length=30)
    limit_t = forms.DecimalField(label=_("Quantity, t"), max_digits=14, decimal_places=3)
    source = forms.ChoiceField(label=_("Source"), choices=SOURCES)
    document = forms.CharField(label=_("Document number"), max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("valid_from", "valid_until"):
            self.fields[name].required = True
            self.fields[name].help_text = ""

    def clean_site(self) -> Site | None:
        name, holder = self.cleaned_data.get("site"), self.cleaned_data.get("organisation")
        if not name or holder is None:
            return None
        found = Site.objects.filter(organisation=holder, name=name).first()
        if found is None:
            told = gettext("%(organisation)s has no site called “%(text)s”. Enter it first.")
            raise forms.ValidationError(told % {"organisation": holder.name, "text": name})
        return found


def _initial(obj: Quota) -> Values:
    values = initial(obj, "organisation", "code", "limit_t", "source", "document")
    return values | {"site": obj.site.name if obj.site else ""}


def save(obj: Quota | None, cleaned: Values, actor: Actor) -> Quota:
    return quotas.create(actor, **cleaned) if obj is None else quotas.edit(obj, actor, **cleaned)


def _sections(obj: Quota, actor: Actor) -> list[Section]:
    return [sections.history(QUOTAS, obj)]


RESOURCE = Resource(
    code=CODE,
    path="quotas/",
    title=_("Quotas"),
    singular=_("quota"),
    table=TABLE,
    filters=Filters,
    form=Form,
    initial=_initial,
    save=save,
    actions=(
        Action(
            "close",
            _("End"),
            "registry.quota.edit",
            lambda obj, actor, given: quotas.close(obj, actor, **given),
            form=CloseForm,
            tone="danger",
        ),
    ),
    sections=_sections,
    empty=_("Import quotas from the filed plans and approvals, or enter the first one."),
)
