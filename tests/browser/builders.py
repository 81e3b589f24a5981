"""Who files in the browser tests of construction waste: a site, its carrier and where it tips."""

from datetime import date
from typing import Any

from wufei.hub.accounts.services import make_user
from wufei.hub.registry.models import Licence, LicenceLine, Organisation, Region, Site
from wufei.hub.registry.validity import period

_SINCE = period(date(2020, 1, 1))


def make(password: str, town: Region) -> dict[str, Any]:
    """A builder's clerk and the town's officer; a carrier and a tip with permits."""
    builder = _firm("示例建筑公司", "construction", town)
    Site.objects.create(
        organisation=builder,
        name="示例医院扩建工地",
        pinyin="slyykjgd",
        kind="construction",
        region=town,
        address="示例路1号",
        validity=_SINCE,
    )
    for name, kind in (("示例北山渣土车队", "carrier"), ("示例北山消纳场", "plant")):
        owner = _firm(name, kind, town)
        licence = Licence.objects.create(
            organisation=owner, kind="construction", number=f"{name}-1", validity=_SINCE
        )
        LicenceLine.objects.create(
            licence=licence, organisation=owner, kind="construction", code="*", validity=_SINCE
        )
    for name, role, own, regions in (
        ("builder", "clerk", [builder.pk], []),
        ("townsman", "town_officer", [], [town.path]),
    ):
        make_user(
            name,
            display_name=name,
            role=role,
            password=password,
            organisations=own,
            regions=regions,
            check_password=False,
        )
    return {"builder": str(builder.uuid)}


def _firm(name: str, kind: str, town: Region) -> Organisation:
    return Organisation.objects.create(
        name=name,
        pinyin="sl",
        kind=kind,
        region=town,
        domains=["construction"],
        validity=_SINCE,
    )
