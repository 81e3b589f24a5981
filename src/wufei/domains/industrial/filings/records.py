"""Registration of generating enterprises, proofs of utilisation, and storage sites."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wufei.domains.fields import choice, mass, number, photo
from wufei.domains.industrial.filings.basis import AUTHORITY, DOMAIN, LAW, WASTE, method
from wufei.hub.base.wording import both
from wufei.hub.filings import effects, sources
from wufei.hub.filings.declarations import (
    Basis,
    Checked,
    Choices,
    Field,
    FieldKind,
    FilingType,
    Kind,
    Problem,
    Reviewer,
    Section,
    Severity,
)
from wufei.hub.filings.effects import Figure
from wufei.hub.filings.periods import DueDay, Period

REGISTRATION = FilingType(
    code="industrial.registration",
    domain=DOMAIN,
    name=both("产废企业登记", "Registration of a generating enterprise"),
    kind=Kind.FILE,
    period=Period.ONCE,
    sections=(
        Section(
            "enterprise",
            _("Enterprise"),
            (
                Field("industry", both("行业类别", "industry"), required=True),
                Field("industry_code", both("行业代码", "code of the industry"), length_max=10),
                Field("products", both("主要产品", "main products"), required=True),
                Field(
                    "permit", both("排污许可证编号或登记表编号", "number of the discharge permit")
                ),
                Field("contact", both("固废管理负责人", "in charge of waste"), personal=True),
                Field("phone", both("联系电话", "telephone"), personal=True, length_max=30),
            ),
        ),
        Section(
            "wastes",
            _("Wastes"),
            (WASTE, mass("yearly", "预计年产生量", "expected mass of a year")),
            table=True,
            rows_min=1,
            key=("waste",),
        ),
    ),
    authority=AUTHORITY,
    number_prefix="YGD",
    basis=Basis(LAW, both("第三十九条 排污许可；地方登记", "local registration"), "C"),
    filers=("enterprise", "plant"),
    reviewer=Reviewer.DEPARTMENT,
    reads=(sources.profile,),
    prefill=lambda checked: {name: checked.facts["profile"][name] for name in ("contact", "phone")},
    effects=(
        effects.statistics(
            Figure(
                "industrial.expected",
                _("expected mass of a year"),
                "yearly",
                "t",
                section="wastes",
                dimension="waste",
            )
        ),
    ),
)


def _receiver_known(checked: Checked) -> Iterator[Problem]:
    """Article 37: who entrusts waste has checked the receiver and has a written contract."""
    values = checked.form.values
    if values.get("entrusted") != "entrusted":
        return
    for name, text in (
        ("receiver", _("Name the receiver.")),
        ("contract", _("Give the number of the written contract.")),
    ):
        if not values.get(name):
            yield Problem("industrial_proof", Severity.ERROR, text, "proof", field=name)
    if values.get("checked") is not True:
        text = _("Whoever entrusts waste checks the receiver first and is liable otherwise.")
        yield Problem(
            "industrial_proof_unchecked", Severity.WARNING, text, "proof", field="checked"
        )


WAYS: Choices = (
    ("own", both("自行利用", "own use")),
    ("entrusted", both("委托利用", "entrusted use")),
)
PROOF = FilingType(
    code="industrial.proof",
    domain=DOMAIN,
    name=both("综合利用证明", "Proof of utilisation"),
    kind=Kind.NOTIFY,
    period=Period.EVENT,
    sections=(
        Section(
            "proof",
            _("Proof"),
            (
                choice("entrusted", both("利用类型", "kind of use"), WAYS),
                WASTE,
                mass("mass", "利用量", "mass used"),
                method("method", "利用方式", "method of recovery"),
                Field("receiver", both("受托单位", "receiver"), length_max=120),
                Field("contract", both("合同编号", "number of the contract"), length_max=60),
                Field(
                    "checked",
                    both("已核实主体资格和技术能力", "qualification and ability were checked"),
                    FieldKind.BOOLEAN,
                ),
                Field("papers", both("证明材料", "papers"), FieldKind.FILES, required=True),
            ),
        ),
    ),
    authority=AUTHORITY,
    number_prefix="YGZ",
    basis=Basis(LAW, both("第三十七条", "article 37"), "A"),
    filers=("enterprise", "plant"),
    checks=(_receiver_known,),
)
STORE_KINDS: Choices = (
    ("warehouse", both("库房", "warehouse")),
    ("yard", both("贮存场", "storage yard")),
    ("landfill", both("填埋场", "landfill")),
)
STORAGE = FilingType(
    code="industrial.storage",
    domain=DOMAIN,
    name=both("贮存场所备案", "Storage site on file"),
    kind=Kind.FILE,
    period=Period.YEAR,
    sections=(
        Section(
            "storage",
            _("Storage site"),
            (
                choice("kind", both("类型", "kind"), STORE_KINDS),
                number("area", both("面积", "area"), "m²", decimals=1),
                mass("capacity", "设计贮存能力", "designed capacity"),
                Field("roof", both("防雨", "kept from rain"), FieldKind.BOOLEAN, required=True),
                Field("floor", both("防渗", "sealed floor"), FieldKind.BOOLEAN, required=True),
                Field("dust", both("防扬尘", "dust kept down"), FieldKind.BOOLEAN, required=True),
                Field("signs", both("标志", "signs"), FieldKind.BOOLEAN, required=True),
                photo(),
            ),
        ),
    ),
    authority=AUTHORITY,
    number_prefix="YGC",
    basis=Basis("GB 18599-2020", "", "C"),
    due=DueDay(31, months=2, of_first=True),
    per_site=lambda span: Q(
        kind__in=("storage", "landfill"), organisation__domains__contains=[DOMAIN]
    ),
    effects=(
        effects.statistics(
            Figure("industrial.storage_area", _("area of storage sites"), "area", "m²"),
            Figure("industrial.storage_capacity", _("capacity of storage sites"), "capacity", "t"),
        ),
    ),
)
