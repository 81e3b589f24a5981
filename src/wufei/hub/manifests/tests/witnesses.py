"""Who looks on while random people do random things: what is signed stays, strangers learn nothing.

``Sealed`` keeps its own copy of everything that was signed and compares; ``Outsiders`` knock at the
doors that people and programs use.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from wufei.hub.accounts import tokens
from wufei.hub.accounts.actors import actor_for
from wufei.hub.accounts.models import ApiToken
from wufei.hub.base.actor import Actor
from wufei.hub.manifests import corrections, queries
from wufei.hub.manifests.models import Manifest, Signature
from wufei.hub.manifests.services.document import digest_of, lots_of
from wufei.hub.manifests.services.saying import said


@dataclass
class Sealed:
    """``signed``: by id what each signature was over, as it stood when it was first seen."""

    signed: dict[UUID, tuple[Any, ...]] = field(default_factory=dict)

    def look(self, manifest: Manifest) -> None:
        """Nothing that was signed differs, there and on the manifest; the chain holds."""
        now = Manifest.objects.get(pk=manifest.pk)
        rows = list(now.signatures.order_by("number"))
        assert [one.number for one in rows] == list(range(1, now.signed + 1))
        lines = list(now.lines.select_related("waste").order_by("position"))
        before = ""
        latest: dict[str, Any] = {}
        for one in rows:
            assert self.signed.setdefault(one.uuid, _content(one)) == _content(one)
            assert digest_of(one, now.template, before) == one.content_digest
            before = one.content_digest
            # What a later signature seals anew is what counts from then on.
            latest |= one.fields
        assert said(sorted(latest), now, lines, lots_of(lines)) == latest


def _content(one: Signature) -> tuple[Any, ...]:
    who = (one.step, one.party, one.organisation_id, one.actor, one.signed_at)
    return (*who, one.content_digest, repr(one.fields), repr(one.values))


# Pages and operations that are about one manifest; all answer alike for what there is not.
PAGES = (
    "manifests.manifest.detail",
    "manifests.manifest.print",
    "manifests.manifest.sign_form",
    "ledger.trace.manifest",
    "evidence.manifest",
    "labels.check.show",
    "labels.check",
)
OPERATIONS = ("api.manifest.detail", "api.manifest.cancel")
LISTS = ("manifests.manifest.list", "manifests.inbox", "registers.register", "ledger.movements")


@dataclass
class Outsiders:
    """A clerk and a driver of another firm, and an officer of another town, at their browsers."""

    clients: list[Any]
    programs: list[Client] = field(default_factory=list)
    actors: list[Actor] = field(default_factory=list)
    turns: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        ends = timezone.now() + timedelta(hours=1)
        for client in self.clients:
            text = f"wufei_{client.user.uuid}"
            digest = tokens._digest(text)
            ApiToken.objects.create(user=client.user, digest=digest, expires_at=ends)
            headers = {"authorization": f"Bearer {text}", "accept-language": "en"}
            self.programs.append(Client(headers=headers))

            self.actors.append(actor_for(client.user))

    def see_nothing(self) -> None:
        """By the query that every page and operation cuts with."""
        for actor in self.actors:
            assert not queries.visible(actor).exists()

    def learn_nothing(self, manifest: Manifest) -> None:
        """By the doors: no list names it, and its pages answer as if there were none.

        One of them tries each time, in turn.
        """
        number = next(self.turns) % len(self.clients)
        client, program, actor = self.clients[number], self.programs[number], self.actors[number]
        assert not queries.waiting_for(actor).exists()
        assert not corrections.visible(actor).exists()
        for name in LISTS:
            answer = client.get(reverse(name))
            assert answer.status_code in (200, 403)
            assert manifest.local_id not in answer.content.decode()
        for name in PAGES:
            assert _told(client, name, manifest.uuid) == _told(client, name, uuid4()), name
        assert program.get(reverse("api.manifest.list")).json()["items"] == []
        for name in OPERATIONS:
            assert _told(program, name, manifest.uuid) == _told(program, name, uuid4()), name
        # A number can be guessed: right or wrong, it is answered alike.
        assert _found(client, manifest.local_id) == _found(client, "WF-20200101-0001")


def _told(client: Any, name: str, uuid: UUID) -> tuple[int, str]:
    """Status and words of the answer, asked as a script asks."""
    address, accept = reverse(name, args=[uuid]), "application/json"
    if name == "api.manifest.cancel":
        body = {"reason": "mine"}
        answer = client.post(address, body, content_type=accept)
    else:
        answer = client.get(address, headers={"accept": accept})
    assert answer.status_code in (403, 404), (name, answer.status_code)
    return answer.status_code, answer.content.decode().replace(str(uuid), "…")


def _found(client: Any, number: str) -> tuple[int, bool]:
    answer = client.get(reverse("manifests.find"), {"code": number})
    return answer.status_code, "Location" in answer.headers
