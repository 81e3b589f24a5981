"""Lists of hazardous waste and cleaner production that authorities keep."""

from django.utils.translation import gettext_lazy as _

from wufei.hub.base.wording import both
from wufei.hub.registry.lists import ListKind, Purpose

LISTS = (
    ListKind(
        "hazardous_key",
        both("危险废物环境重点监管单位清单", "List of key supervision of hazardous waste"),
        Purpose.SUPERVISED,
        domain="hazardous",
        source=_("computed from the ledger, put on file by the branch"),
        basis="HJ 1259-2022",
        grade="A",
    ),
    ListKind(
        "hazardous_obliged",
        both("危险废物产生单位应管清单", "Producers of hazardous waste that should be registered"),
        Purpose.OBLIGED,
        domain="hazardous",
        source=_("discharge permits and environmental assessments"),
    ),
    ListKind(
        "medical_obliged",
        both("医疗卫生机构应管清单", "Medical institutions that should be registered"),
        Purpose.OBLIGED,
        domain="hazardous",
        source=_("register of the health department"),
    ),
    ListKind(
        "cleaner_mandatory",
        both("强制性清洁生产审核名单", "Mandatory cleaner-production audits"),
        Purpose.SUPERVISED,
        domain="hazardous",
        source=_("published by the ecology and environment department"),
        basis=both("《清洁生产审核办法》", "Measures for cleaner-production audits"),
        grade="C",
    ),
    ListKind(
        "cleaner_accepted",
        both("通过清洁生产审核验收的企业", "Cleaner-production audits accepted"),
        Purpose.HONOUR,
        domain="hazardous",
        basis=both("《清洁生产审核办法》", "Measures for cleaner-production audits"),
        grade="C",
    ),
)
