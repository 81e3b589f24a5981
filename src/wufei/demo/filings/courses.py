"""Do to the demo's forms what their fates say, up to now, in the order of time.

What is done stands in the filings themselves: a load that was cut off goes on with what is not
done yet. A form that somebody else has touched is theirs.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from itertools import groupby
from random import Random
from uuid import UUID, uuid5

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image

from wufei.demo.filings.changing import amended, remark
from wufei.demo.filings.fates import Deed, Verb
from wufei.demo.forms.filling import Filled, filled_many
from wufei.hub.base.actor import Actor
from wufei.hub.base.errors import REFUSED, Refusal
from wufei.hub.base.files.models import StoredFile
from wufei.hub.base.files.services import store
from wufei.hub.filings import services
from wufei.hub.filings.declarations import FilingType, Kind, Reviewer, filing_type
from wufei.hub.filings.forms import Form
from wufei.hub.filings.models import Filing, Version
from wufei.hub.filings.services import Item
from wufei.hub.filings.services.checking import form_of, sections_of

_REASON = "与上期口径一致，已核对"
_PAPER = "示例附件.png"
# So many forms are handed in together; an interrupted load has lost no more.
_TOGETHER = 40
log = logging.getLogger("wufei.demo")


@dataclass
class Course:
    """What is still to be done to a form."""

    filing: Filing
    deeds: list[Deed]
    chance: Random
    latest: Version | None = None

    @property
    def form_type(self) -> FilingType:
        return filing_type(self.filing.type)


@dataclass
class Doer:
    """``until``: now. Nothing is done before its time."""

    by: Actor
    until: datetime
    _papers: list[UUID] = field(default_factory=list)

    def catch_up(self, courses: Iterable[Course]) -> None:
        waiting = [one for one in courses if self._left(one)]
        while due := [one for one in waiting if self._is_due(one)]:
            month = min(_month(one) for one in due)
            now = sorted((one for one in due if _month(one) == month), key=_order)
            for (verb, _code), some in groupby(now, key=_order):
                self._do(verb, list(some))

    def _is_due(self, one: Course) -> bool:
        return bool(one.deeds) and one.deeds[0].at <= self.until

    def _left(self, one: Course) -> bool:
        """Passes over what is done; False where somebody else has been at it."""
        versions = list(one.filing.versions.all())
        if any(not self._mine(version) for version in versions):
            return False
        handed_in = iter([one for one in versions if one.state != Version.State.DRAFT])
        while one.deeds:
            deed = one.deeds[0]
            if deed.decides and (one.latest is None or one.latest.decided_at is None):
                break
            if not deed.decides:
                following = next(handed_in, None)
                if following is None:
                    break
                one.latest = following
            one.deeds.pop(0)
        return bool(one.deeds)

    def _mine(self, version: Version) -> bool:
        if version.state == Version.State.DRAFT:
            return version.edition == 0
        return version.submitted_by == self.by.id and version.decided_by in ("", self.by.id)

    def _do(self, verb: Verb, courses: Sequence[Course]) -> None:
        if verb is Verb.SUBMIT:
            for start in range(0, len(courses), _TOGETHER):
                self._submit(courses[start : start + _TOGETHER])
            return
        for one in courses:
            deed = one.deeds.pop(0)
            try:
                self._decide(one, deed)
            except REFUSED as refusal:
                one.deeds.clear()
                log.warning("demo: %s of %s: %s", verb, one.filing, refusal)

    # Handing in.
    def _submit(self, courses: Sequence[Course]) -> None:
        items = self._items(courses)
        answers = services.submit_many(items, self.by)
        for one, answer in zip(courses, answers, strict=True):
            if isinstance(answer, Version):
                one.filing, one.latest = answer.filing, answer
                continue
            one.deeds.clear()
            _say_refused(one, answer)

    def _items(self, courses: Sequence[Course]) -> list[Item]:
        new = [(one.filing, one.chance) for one in courses if one.latest is None]
        fresh = iter(filled_many(new, self.paper))
        return [self._item(one, next(fresh) if one.latest is None else None) for one in courses]

    def _item(self, one: Course, new: Filled | None) -> Item:
        at = one.deeds.pop(0).at
        form = new.form if new else amended(sections_of(one.filing), self._said(one))
        id_ = uuid5(one.filing.uuid, f"demo:{one.filing.head}")
        facts = new.facts if new else None
        return Item(one.filing, form, id_, reason=_REASON, facts=facts, at=at)

    def _said(self, one: Course) -> Form:
        assert one.latest is not None
        one.latest.filing = one.filing
        return form_of(one.latest)

    def paper(self) -> UUID:
        """A picture that stands for every paper."""
        if not self._papers:
            mine = StoredFile.objects.filter(by=self.by.id, name=_PAPER)
            self._papers += mine.values_list("uuid", flat=True)[:1] or [self._new_paper()]
        return self._papers[0]

    def _new_paper(self) -> UUID:
        picture = BytesIO()
        Image.new("RGB", (320, 200), "#e8eef4").save(picture, "PNG")
        return store(SimpleUploadedFile(_PAPER, picture.getvalue()), self.by).uuid

    # Deciding.
    def _decide(self, one: Course, deed: Deed) -> None:
        assert one.latest is not None
        version, by = one.latest, self.by
        version.filing = one.filing
        match deed.verb:
            case Verb.RETURN if one.form_type.kind is not Kind.MIRROR:
                remarks = [remark(sections_of(one.filing), self._said(one))]
                note = "请按批注补充说明后重新提交"
                done = services.send_back(version, note=note, remarks=remarks, at=deed.at, by=by)
            case Verb.REJECT if one.form_type.kind is not Kind.MIRROR:
                self._pass_on(one)
                done = services.reject(version, note="示例：材料与现场不符", at=deed.at, by=by)
            case _ if one.form_type.kind is Kind.MIRROR:
                done = self._bring_back(one, deed)
            case _:
                self._pass_on(one)
                done = services.accept(version, at=deed.at, by=by)
        one.filing, one.latest = done.filing, done

    def _pass_on(self, one: Course) -> None:
        both = one.form_type.reviewer is Reviewer.BOTH and not one.form_type.kind.at_once
        if both and one.latest is not None:
            services.forward(one.latest, by=self.by)

    def _bring_back(self, one: Course, deed: Deed) -> Version:
        outcome = {Verb.RETURN: "returned", Verb.REJECT: "rejected"}.get(deed.verb, "accepted")
        number = f"SL-{one.form_type.number_prefix}-{one.filing.uuid.int % 100_000:05d}"
        return services.bring_back(
            one.filing,
            outcome=outcome,
            authority_no=number if outcome == "accepted" else "",
            decided_on=timezone.localdate(deed.at),
            by=self.by,
        )


def _month(one: Course) -> tuple[int, int]:
    at = timezone.localtime(one.deeds[0].at)
    return at.year, at.month


def _order(one: Course) -> tuple[Verb, str]:
    return one.deeds[0].verb, one.filing.type


def _say_refused(one: Course, refusal: Refusal) -> None:
    problems: Iterator[str] = (str(each.text) for each in getattr(refusal, "problems", ()))
    told = "; ".join(problems) or str(refusal)
    log.warning("demo: %s of %s stays open: %s", one.filing.type, one.filing.organisation, told)
