"""Benchmark of the two scans of construction trucks: a thousand trips of a night; one table.

    .venv/bin/python bench/trucks.py [--trips 100]

Each trip as two phones make it, through the whole of the web application (sessions, permissions,
forms, pages; CSRF apart): the gate opens the truck's page and confirms the departure, the site
opens it and confirms the arrival. Beside it the same trips by the services alone. One process on a
server of its own with production's settings (fsync on), removed at the end.
"""

import argparse
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
from manifests import Bench

from wufei.testing import scratch_server

OUT, ON, THERE, IN = "gate: page", "gate: departure", "site: page", "site: arrival"
S_OUT, S_IN = "service: scan_out", "service: scan_in"
# What a scan may take, from the code to the answer, on a phone and its network.
LIMIT_S = 5


class Night(Bench):
    """The works are a building site with a gate, and both ends have somebody with a phone."""

    def __init__(self) -> None:
        super().__init__()
        self.times_s: dict[str, list[float]] = {}
        self.firm.kind = "construction"
        self.firm.save()
        self.plant.kind = "treatment"
        self.plant.save()
        for one in (self.firm, self.plant):
            one.organisation.domains = ["construction"]
            one.organisation.save()
        self.gate, self.site = (self._phone(one.organisation) for one in (self.firm, self.plant))

    def _phone(self, organisation: Any) -> Any:
        from django.test import Client

        from wufei.hub.accounts.services import make_user

        user = make_user(
            f"keeper-{organisation.pk}",
            display_name="Keeper",
            role="keeper",
            password="a-good-Passphrase-7",
            organisations=[organisation.pk],
            check_password=False,
        )
        client = Client(headers={"accept-language": "zh-CN"})
        client.force_login(user, "wufei.hub.accounts.backend.AccountBackend")
        return client

    def timed(self, what: str, work: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        done = work()
        self.times_s.setdefault(what, []).append(time.perf_counter() - started)
        return done

    def by_phone(self, number: int) -> None:
        from django.urls import reverse

        address = reverse("manifests.truck", args=[self.trucks[number % len(self.trucks)].uuid])
        leaves = {
            "waste": self.wastes["spoil"].slug,
            "consignee_site": str(self.plant.uuid),
            **self._said("20"),
        }
        self._scan(self.gate, address, OUT, ON, leaves)
        self._scan(self.site, address, THERE, IN, self._said("19.9"))

    def _said(self, mass_t: str) -> dict[str, str]:
        from uuid_utils.compat import uuid7

        return {"submission": str(uuid7()), "value_0": mass_t, "unit_0": "t"}

    def _scan(self, phone: Any, address: str, page: str, deed: str, said: Any) -> None:
        shown = self.timed(page, lambda: phone.get(address))
        assert shown.status_code == 200, shown.status_code
        done = self.timed(deed, lambda: phone.post(address, said))
        assert done.status_code == 302, _problems(done)

    def by_service(self, number: int) -> None:
        from uuid_utils.compat import uuid7

        from wufei.hub.manifests import services

        truck, new = self.trucks[number % len(self.trucks)], self.new("spoil")
        manifest = self.timed(
            S_OUT,
            lambda: services.scan_out(
                truck, new, self.mass, id=uuid7(), signing=self.signing(), by=self.by
            ),
        )
        self.timed(
            S_IN,
            lambda: services.scan_in(manifest, self.arrived, signing=self.signing(), by=self.by),
        )

    def row(self, what: str) -> str:
        times_ms = sorted(one * 1000 for one in self.times_s[what])
        at = [times_ms[min(len(times_ms) - 1, len(times_ms) * part // 100)] for part in (50, 99)]
        told = " | ".join(f"{one:,.0f} ms" for one in (*at, times_ms[-1]))
        return f"| {what} | {len(times_ms):,} | {told} |"


def _problems(answer: Any) -> list[str]:
    """What a form said, without its page."""
    return re.findall(r"errorlist[^>]*>(.*?)</ul", answer.content.decode(), re.DOTALL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trips", type=int, default=1000, help="of the night")
    trips = parser.parse_args().trips
    with scratch_server():
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wufei.config.settings")
        import django
        from django.conf import settings

        django.setup()
        settings.ALLOWED_HOSTS.append("testserver")
        night = Night()
        for number in range(5):
            night.by_phone(number)
            night.by_service(number)
        night.times_s.clear()
        started = time.perf_counter()
        for number in range(trips):
            night.by_phone(number)
        took_s = time.perf_counter() - started
        for number in range(max(1, trips // 4)):
            night.by_service(number)
        print("| scan | times | p50 | p99 | longest |")
        print("|---|---|---|---|---|")
        print("\n".join(night.row(what) for what in (OUT, ON, THERE, IN, S_OUT, S_IN)))
        _check(trips, took_s)


def _check(trips: int, took_s: float) -> None:
    from wufei.hub.manifests.models import Manifest

    open_ones = Manifest.objects.exclude(status="closed").count()
    assert open_ones == 0, f"{open_ones} trips are not closed"
    rate = trips / took_s
    print(f"\n{trips:,} trips by phone in {took_s:,.0f} s: {rate:.1f}/s, one after the other")
    print(f"load average {os.getloadavg()[0]:.1f}; a scan may take {LIMIT_S} s with its network")


if __name__ == "__main__":
    main()
