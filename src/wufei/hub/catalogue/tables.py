"""Columns of the catalogue's lists, exports and imports."""

from dataclasses import replace
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.base.tables import Column, Kind, Table, register
from wufei.hub.base.tables.spec import Choices
from wufei.hub.catalogue import declarations
from wufei.hub.catalogue.models import Edition, Exemption, WasteType
from wufei.hub.catalogue.services import write_row
from wufei.hub.registry.validity import first_day, last_day, today


def domain_choices() -> Choices:
    return [(domain.code, domain.short_name) for domain in declarations.domains()]


def stream_choices() -> Choices:
    return [(stream.code, stream.name) for stream in declarations.streams().values()]


def streams_by_domain() -> list[tuple[str, list[tuple[str, str]]]]:
    """Choices for a form, one group a domain."""
    return [
        (str(domain.short_name), [(stream.code, str(stream.name)) for stream in domain.streams])
        for domain in declarations.domains()
    ]


def edition_choices() -> Choices:
    return [(edition.code, str(edition)) for edition in Edition.objects.all()]


STANDINGS: Choices = (
    ("published", _("published")),
    ("draft", _("draft")),
    ("local", pgettext_lazy("code", "our own")),
)


def standing(waste_type: WasteType) -> str:
    """Whether a code may be relied upon: published, draft, or made by this platform."""
    if waste_type.draft:
        return "draft"
    return "local" if waste_type.local else "published"


def _closed_tone(waste_type: WasteType) -> str:
    last = last_day(waste_type.validity)
    return "bad" if last and last < today() else ""


WASTES = register(
    Table(
        code="catalogue.waste",
        title=_("Waste catalogue"),
        columns=(
            Column("code", _("Code"), required=True, example="LC-straw-oat", length_max=30),
            # Lists show the reader's language, files carry both names.
            Column("label", _("Name"), sort="name", exported=False, imported=False),
            Column(
                "name",
                _("Chinese name"),
                required=True,
                listed=False,
                length_max=80,
                example="燕麦秸秆",
            ),
            Column("name_en", _("English name"), listed=False, length_max=120, example="Oat straw"),
            Column("domain", _("Domain"), Kind.CHOICE, choices=domain_choices, imported=False),
            Column(
                "stream",
                _("Stream"),
                Kind.CHOICE,
                required=True,
                choices=stream_choices,
                example="straw",
            ),
            Column("category", _("Category"), imported=False),
            Column(
                "hazard",
                _("Hazards"),
                help=_("T toxic, C corrosive, I ignitable, R reactive, In infectious; such as T/I"),
                length_max=20,
            ),
            Column(
                "standing",
                _("Standing"),
                Kind.CHOICE,
                choices=lambda: STANDINGS,
                value=standing,
                imported=False,
                tone=lambda waste: "attention" if waste.draft else "",
            ),
            Column(
                "edition",
                _("Edition"),
                Kind.CHOICE,
                choices=edition_choices,
                listed=False,
                help=_("Empty for our own codes."),
            ),
            Column(
                "keywords",
                _("Also called"),
                listed=False,
                help=_("Words that people search by, separated by blanks."),
                length_max=120,
            ),
            Column("industry", _("Industry"), listed=False, imported=False),
            Column(
                "since",
                _("First day"),
                Kind.DATE,
                value=lambda waste: first_day(waste.validity),
                sort="validity__startswith",
                listed=False,
                help=_("Empty: today."),
            ),
            Column(
                "until",
                _("Last day"),
                Kind.DATE,
                value=lambda waste: last_day(waste.validity),
                sort="validity__endswith",
                tone=_closed_tone,
            ),
        ),
        rows=lambda actor: WasteType.objects.defer("official_text"),
        write=write_row,
        guidance=_(
            "One waste a line. A code that exists is changed, a new one is added. Codes of our "
            "own begin with LC-; published codes keep their names."
        ),
        search=(
            "code__icontains",
            "name__icontains",
            "name_en__icontains",
            "pinyin__icontains",
            "keywords__icontains",
            "category__iexact",
            "category_name__icontains",
        ),
    )
)


# A page shows the name in both languages, so it needs no column for the reader's.
DETAILS = replace(
    WASTES, columns=tuple(column for column in WASTES.columns if column.name != "label")
)


def _codes(exemption: Exemption) -> str:
    sources = {
        "@household": _("households"),
        "@emergency": _("incidents"),
        "@legacy": _("inherited sites"),
        "*": _("any hazardous waste"),
    }
    return ", ".join(str(sources.get(code, code)) for code in exemption.codes)


def _wastes_of(exemption: Exemption) -> str | None:
    """The catalogue narrowed to what the exemption names, where one search can say it."""
    codes = [code for code in exemption.codes if code[0] not in "@*"]
    if len(codes) != 1:
        return None
    return f"{reverse('catalogue.waste.list')}?q={codes[0]}"


def _edition_title(obj: Any) -> str:
    return str(obj.edition)


EXEMPTIONS = register(
    Table(
        code="catalogue.exemption",
        title=_("Exemptions"),
        columns=(
            Column("item", _("No."), Kind.INTEGER),
            Column("subject", _("Waste")),
            Column("codes", _("Codes"), value=_codes, link=_wastes_of),
            Column("stage", _("Stage"), Kind.CHOICE, choices=lambda: Exemption.Stage.choices),
            Column("condition", _("Condition")),
            Column("effect", _("Effect"), Kind.CHOICE, choices=lambda: Exemption.Effect.choices),
            Column("evidence", _("Evidence needed")),
            Column("edition", _("Edition"), value=_edition_title, listed=False),
        ),
        rows=lambda actor: Exemption.objects.all(),
        search=("subject__icontains", "condition__icontains", "codes__icontains"),
    )
)
