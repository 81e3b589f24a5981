"""Benchmark of the manifests: all steps of a load through the services; prints one table.

    .venv/bin/python bench/manifests.py [--quick]

One by one, and in bulk: each step of many loads signed by one person at once. Against it, in the
same run and by turns: the rows that these steps leave behind, written again by ``Model.save`` and
``update`` with one transaction a step and no check of any kind. A server of its own with
production's settings (fsync on) in a temporary folder, removed at the end.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
from wufei.testing import scratch_server

STORED_T = 90_000
# How many are signed at once in bulk.
AT_ONCE = 200


@dataclass
class Kind:
    """One template and how one of its loads goes from issue to closing."""

    name: str
    run: Callable[[], Any]


class Bench:
    """Invented firms; every manifest is a minute after the last."""

    def __init__(self) -> None:
        from django.utils import timezone

        from wufei.hub.base.actor import system

        self.by = system("bench")
        self.at = timezone.now() - timedelta(days=200)
        self._build()

    def _build(self) -> None:
        from wufei.hub.catalogue.models import WasteType
        from wufei.hub.ledger.models import AccountKind
        from wufei.hub.ledger.units import tonnes
        from wufei.hub.registry.models import Driver, Organisation, Region, Site, Vehicle
        from wufei.hub.registry.validity import period

        always = period(date(2020, 1, 1))
        town = Region.objects.create(
            code="B1", name="Town", level="town", path="B1", pinyin="t", within=True
        )

        def site(name: str, kind: str) -> Any:
            owner = Organisation.objects.create(
                name=name, pinyin="f", kind=kind, region=town, validity=always
            )
            return Site.objects.create(
                organisation=owner,
                name=name,
                pinyin="s",
                kind="storage",
                region=town,
                validity=always,
            )

        self.firm, self.carrier, self.plant = (
            site("Works", "enterprise"),
            site("Trucks", "carrier").organisation,
            site("Plant", "plant"),
        )
        self.trucks = [
            Vehicle.objects.create(
                plate=f"鲁B{n:05}", kind="tipper", carrier=self.carrier, validity=always
            )
            for n in range(20)
        ]
        self.driver = Driver.objects.create(carrier=self.carrier, validity=always)
        self.wastes = {
            stream: WasteType.objects.create(
                code=f"bench-{stream}",
                edition="bench",
                name=stream,
                pinyin=stream,
                domain=domain,
                stream=stream,
                validity=always,
            )
            for stream, domain in (("lead_battery", "hazardous"), ("spoil", "construction"))
        }
        self._licences()
        self.mass, self.arrived = tonnes("20"), tonnes("19.9")
        self.kinds = AccountKind
        self._stock(tonnes(str(STORED_T)))

    def _licences(self) -> None:
        """Found at once, as they usually are; and plans of the firm."""
        from wufei.hub.registry.models import Quota
        from wufei.hub.registry.services.licences import create
        from wufei.hub.registry.validity import period

        for waste in self.wastes.values():
            Quota.objects.create(
                organisation=self.firm.organisation,
                code=waste.code.upper(),
                limit_t=10_000_000,
                validity=period(date(2020, 1, 1)),
            )

        held = {
            "hazardous": self.plant.organisation,
            "construction": self.plant.organisation,
            "dangerous_road": self.carrier,
        }
        for kind, organisation in held.items():
            create(
                self.by,
                organisation=organisation,
                kind=kind,
                number=kind,
                valid_from=date(2020, 1, 1),
                valid_until=date(2099, 1, 1),
            )

    def _stock(self, mass: Any) -> None:
        from uuid_utils.compat import uuid7

        from wufei.hub.ledger.entries import AccountKey, Entry
        from wufei.hub.ledger.services import post

        waste, firm = self.wastes["lead_battery"], self.firm
        ends = [
            AccountKey(kind, firm.organisation_id, waste.pk, firm.pk)
            for kind in (self.kinds.ORIGIN, self.kinds.STOCK)
        ]
        post([Entry(uuid7(), *ends, mass, self.at)], by=self.by, cause="bench")

    def new(self, stream: str) -> Any:
        from wufei.hub.manifests.services import NewLine, NewManifest

        method = "metal_recovery" if stream == "lead_battery" else ""
        line = NewLine(self.wastes[stream], self.mass, method=method)
        return NewManifest(self.firm, self.carrier, self.plant, (line,))

    def signing(self) -> Any:
        from uuid_utils.compat import uuid7

        from wufei.hub.manifests.services import Signing

        self.at += timedelta(minutes=1)
        return Signing(uuid7(), self.at)

    # Through the services.
    def four_signatures(self) -> Any:
        """Issue, load, arrive, accept: each in a transaction of its own, as on four phones."""
        from uuid_utils.compat import uuid7

        from wufei.hub.manifests import services

        new = self.new("lead_battery")
        manifest = services.issue(new, id=uuid7(), signing=self.signing(), by=self.by)
        load = {"weighed_out": self.mass, "vehicle": self.trucks[0], "driver": self.driver}
        for step, values in (
            ("load", load),
            ("arrive", {"weighed_in": self.arrived}),
            ("accept", {}),
        ):
            services.sign(manifest, step, signing=self.signing(), values=values, by=self.by)
        assert manifest.status == "closed"
        return manifest

    def bulk(self) -> Any:
        """The same by bulk signing: each step of many loads by one person at once."""
        from uuid_utils.compat import uuid7

        from wufei.hub.manifests import services

        new, truck = self.new("lead_battery"), {"vehicle": self.trucks[0], "driver": self.driver}
        news = [services.ToIssue(new, uuid7(), self.signing()) for _n in range(AT_ONCE)]
        manifests = services.issue_many(news, by=self.by)
        for step, values in (
            ("load", {"weighed_out": self.mass, **truck}),
            ("arrive", {"weighed_in": self.arrived}),
            ("accept", {}),
        ):
            asked = [services.ToSign(one, self.signing(), values) for one in manifests]
            services.sign_many(step, asked, by=self.by)
        assert all(one.status == "closed" for one in manifests)
        return manifests[-1]

    def two_scans(self) -> Any:
        """Gate and site, as a muck truck at night."""
        from uuid_utils.compat import uuid7

        from wufei.hub.manifests import services

        new = replace(self.new("spoil"))
        manifest = services.scan_out(
            self.trucks[1], new, self.mass, id=uuid7(), signing=self.signing(), by=self.by
        )
        services.scan_in(manifest, self.arrived, signing=self.signing(), by=self.by)
        assert manifest.status == "closed"
        return manifest


class Bare:
    """Writes again by the ORM what a manifest left behind: same tables, triggers and number."""

    def __init__(self, manifest: Any, transactions: int) -> None:
        from wufei.hub.audit.models import AuditEvent
        from wufei.hub.ledger.models import Account, Balance, Booking, Lot, Movement
        from wufei.hub.registry.models import Allotment

        self.manifest, self.transactions = manifest, transactions
        self.lines = list(manifest.lines.all())
        self.signatures = list(manifest.signatures.all())
        uuids = [line.uuid for line in self.lines]
        self.accounts = list(Account.objects.filter(line__in=uuids))
        why = f"manifest:{manifest.uuid}:"
        self.movements = list(Movement.objects.filter(cause__startswith=why).order_by("pk"))
        self.bookings = list(Booking.objects.filter(cause__startswith=why))
        # Those that were made: a copy of the store's own would be mass to choose from.
        made = {"entries__movement__in": self.movements, "entries__side": "in"}
        self.lots = list(Lot.objects.filter(**made).distinct())
        self.entries = [e for m in self.movements for e in m.lot_entries.all()]
        self.taken = list(Allotment.objects.filter(key__in=uuids))
        self.audited = list(AuditEvent.objects.filter(subject__endswith=str(manifest.uuid)))
        touched = {pk for m in self.movements for pk in (m.source_id, m.target_id)}
        self.balances = list(Balance.objects.filter(pk__in=touched))

    def run(self) -> None:
        """All rows in as many transactions as the services need; each movement in the one of its
        step, the balances that it touches updated beside it."""
        from django.db import transaction

        from wufei.hub.base.numbering import next_number
        from wufei.hub.ledger.models import Balance
        from wufei.hub.manifests.models import Manifest

        parts = self._parts()
        share = -(-len(parts) // self.transactions)
        for first in range(0, len(parts), share):
            with transaction.atomic():
                if first == 0:
                    next_number("bench:bare")
                    again(self.manifest, local_id=f"B{next_serial()}", authority_no=None)
                for write in parts[first : first + share]:
                    write()
                Manifest.objects.filter(pk=self.manifest.pk).update(note="")
                for balance in self.balances[:2]:
                    Balance.objects.filter(pk=balance.pk).update(booked_g=0)

    def _parts(self) -> list[Callable[[], Any]]:
        own = [partial(again, row, manifest=self.manifest) for row in self.lines]
        own += [partial(again, row) for row in (*self.bookings, *self.accounts, *self.lots)]
        own += [partial(again, row) for row in self.taken]
        signed = [partial(again, row, manifest=self.manifest) for row in self.signatures]
        rest = [partial(again, row) for row in (*self.audited, *self.movements, *self.entries)]
        return [*own, *signed, *rest]


_serial = iter(range(10**9))


def next_serial() -> int:
    return next(_serial)


def again(row: Any, **changed: Any) -> None:
    """Insert a copy of ``row`` with keys of its own."""
    from uuid_utils.compat import uuid7

    row.pk = None
    for name in ("uuid", "line", "key"):
        if getattr(row, name, None) is not None and not hasattr(getattr(row, name), "pk"):
            setattr(row, name, uuid7())
    for name, value in changed.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def measure(
    name: str, run: Callable[[], Any], transactions: int, count: int, lives: int = 1
) -> str:
    """Rounds by turns: some loads through the services, some bare; their rates and ratio.

    ``lives`` is how many loads one ``run`` brings from issue to closing.
    """
    run()
    bare = Bare(run(), transactions)
    service_s = bare_s = 0.0
    rounds = min(10, max(2, count // lives))
    each, bare_each = max(1, count // lives // rounds), max(1, min(count, 500) // rounds)
    for _round in range(rounds):
        started = time.perf_counter()
        for _n in range(each):
            run()
        service_s += time.perf_counter() - started
        started = time.perf_counter()
        for _n in range(bare_each):
            bare.run()
        bare_s += time.perf_counter() - started
    done = rounds * each * lives
    rate, bare_rate = done / service_s, rounds * bare_each / bare_s
    return f"| {name} | {done:,} | {rate:,.0f}/s | {bare_rate:,.0f}/s | {rate / bare_rate:.2f} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a fifth of the loads")
    count = 100 if parser.parse_args().quick else 500
    with scratch_server():
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wufei.config.settings")
        import django

        django.setup()
        bench = Bench()
        lines = [
            measure("hazardous: four signatures", bench.four_signatures, 4, count),
            measure("construction: two scans", bench.two_scans, 2, count),
            measure(
                f"hazardous: in bulk, {AT_ONCE} at once", bench.bulk, 4, 6 * count, lives=AT_ONCE
            ),
        ]
        print("| load from issue to closing | loads | services | bare rows | ratio |")
        print("|---|---|---|---|---|")
        print("\n".join(lines))
        _check()


def _check() -> None:
    from wufei.hub.ledger.models import Movement

    print(f"\n{Movement.objects.count():,} movements; load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
