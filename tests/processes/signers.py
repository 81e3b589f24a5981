"""A gate and a tip that sign construction manifests through the API for as long as they live, and
print each signature that was acknowledged: ``manifest step signature``. What failed is sent again,
unchanged, as a program of an enterprise would."""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from uuid import uuid5

import django

django.setup()

from uuid_utils.compat import uuid7  # noqa: E402

from wufei.hub.accounts.services import make_user  # noqa: E402
from wufei.hub.base.actor import system  # noqa: E402
from wufei.hub.catalogue.models import WasteType  # noqa: E402
from wufei.hub.registry.models import Organisation, Region, Site  # noqa: E402
from wufei.hub.registry.services import vehicles  # noqa: E402
from wufei.hub.registry.validity import period  # noqa: E402

API = f"http://127.0.0.1:{os.environ['WUFEI_PORT']}/api/v1"
PASSWORD = "a-good-Passphrase-7"
PAUSE_S = 0.02


def enter():
    """A building site, a tip, a truck, a waste and somebody at each end."""
    region, _ = Region.objects.get_or_create(
        code="T3", defaults={"name": "Sign town", "level": "town", "path": "T3", "pinyin": "st"}
    )
    name = str(uuid7())[-12:]

    def place(kind, what):
        named = {"name": f"{what} {name}", "pinyin": what, "region": region, "validity": period()}
        owner = Organisation.objects.create(kind=kind, **named)
        return Site.objects.create(organisation=owner, kind="other", **named)

    gate, tip, yard = (
        place("construction", "gate"),
        place("plant", "tip"),
        place("carrier", "yard"),
    )
    plate = f"鲁P{int(time.time()) % 90_000 + 10_000}"
    vehicles.create(system("test"), plate=plate, carrier=yard.organisation, kind="tipper")
    waste, _ = WasteType.objects.get_or_create(
        code="test-spoil",
        edition="test",
        defaults={
            "name": "spoil",
            "pinyin": "s",
            "domain": "construction",
            "stream": "spoil",
            "validity": period(),
        },
    )
    for site, who in ((gate, "gate"), (tip, "tip")):
        make_user(
            f"{who}-{name}",
            display_name=who,
            role="keeper",
            password=PASSWORD,
            organisations=[site.organisation_id],
            check_password=False,
        )
    return {
        "users": {who: f"{who}-{name}" for who in ("gate", "tip")},
        "gate": str(gate.uuid),
        "tip": str(tip.uuid),
        "carrier": str(yard.organisation.uuid),
        "plate": plate,
        "waste": waste.code,
    }


def ask(method, path, body, token=""):
    """The answer's JSON; asks again for as long as there is no clear answer."""
    data = json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    while True:
        request = urllib.request.Request(API + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            told = error.read().decode()
            # A refusal would be a defect: nothing here is wrong.
            assert error.code >= 500, f"{method} {path}: {error.code} {told}"
        except (OSError, ValueError):
            pass
        time.sleep(0.1)


def sign_for_ever(facts):
    tokens = {
        who: ask("POST", "/token", {"username": name, "password": PASSWORD})["token"]
        for who, name in facts["users"].items()
    }
    weight = {"value": "18.42", "unit": "t"}
    while True:
        manifest = uuid7()

        def act(method, path, who, body, manifest=manifest):
            body = {"signed_at": datetime.now(UTC).isoformat(), **body}
            ask(method, f"/manifests/{manifest}{path}", body, tokens[who])

        new = {
            "consignor_site": facts["gate"],
            "carrier": facts["carrier"],
            "consignee_site": facts["tip"],
            "lines": [{"waste": facts["waste"], "declared": weight}],
        }
        act("PUT", "", "gate", new)
        print(manifest, "issue", uuid5(manifest, "issue"), flush=True)
        for step, who, more in (
            ("load", "gate", {"vehicle": facts["plate"], "weighed_out": [weight]}),
            ("arrive", "tip", {"weighed_in": [weight]}),
            ("accept", "tip", {}),
        ):
            signature = uuid5(manifest, f"test:{step}")
            act("POST", f"/steps/{step}", who, {"id": str(signature), **more})
            print(manifest, step, signature, flush=True)
            time.sleep(PAUSE_S)


if __name__ == "__main__":
    try:
        sign_for_ever(enter())
    except KeyboardInterrupt:
        sys.exit()
