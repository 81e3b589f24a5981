"""Drivers; who they are can be erased."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from wufei.hub.base.actor import Actor
from wufei.hub.registry.messages import check
from wufei.hub.registry.models import Driver, DriverIdentity
from wufei.hub.registry.pinyin import initials
from wufei.hub.registry.rules.codes import identity_problem, tidy
from wufei.hub.registry.services.book import Book, Values
from wufei.hub.registry.services.tidying import one_of, required, strip
from wufei.hub.registry.services.vehicles import put_period
from wufei.hub.registry.validity import today

PERSONAL = ("name", "phone", "id_number", "qualification_number")


def _check(values: Values, driver: Driver | None) -> Values:
    clean = strip(values)
    required(
        clean,
        driver,
        carrier=_("Choose the carrier that the driver works for."),
        name=_("Give the driver's name."),
    )
    one_of(clean, "qualification", Driver.Qualification.values, _("Choose a kind from the list."))
    if clean.get("id_number"):
        clean["id_number"] = tidy(clean["id_number"])
        check(identity_problem(clean["id_number"], today()), field="id_number")
    return put_period(clean, "qualified", "qualified_from", "qualified_until", driver)


def id_hash(number: str) -> str:
    """Keyed with the installation's secret: card numbers are few enough to try them all."""
    return salted_hmac("wufei.registry.identity", number, algorithm="sha256").hexdigest()


def _keep_identity(driver: Driver, values: Values) -> None:
    given = {name: values[name] for name in PERSONAL if name in values}
    if not given:
        return
    row = DriverIdentity.objects.filter(driver=driver).first() or DriverIdentity(driver=driver)
    number = given.pop("id_number", None)
    for name, value in given.items():
        setattr(row, name, value or "")
    row.pinyin = initials(row.name)[:40]
    # An empty field leaves the card as it is: the form cannot show it again.
    if number:
        row.id_hash, row.id_last4 = id_hash(number), number[-4:]
    row.save()


def _personal(driver: Driver) -> Values:
    row = DriverIdentity.objects.filter(driver=driver).first()
    names = {"name": "name", "phone": "phone", "id_number": "id_hash"}
    names["qualification_number"] = "qualification_number"
    return {name: getattr(row, column, "") for name, column in names.items()}


DRIVERS: Book[Driver] = Book(
    name="driver",
    model=Driver,
    check=_check,
    owner="carrier",
    after=_keep_identity,
    extras=_personal,
    private=frozenset(PERSONAL),
)


def create(by: Actor, **values: Any) -> Driver:
    """Add a driver: ``carrier``, ``name``; ``phone``, ``id_number`` (GB 11643, kept as a hash),
    ``qualification``, ``qualification_number``, ``qualified_from``, ``qualified_until``, ``user``.
    """
    return DRIVERS.create(by, **values)


def edit(driver: Driver, by: Actor, **values: Any) -> Driver:
    return DRIVERS.edit(driver, by, **values)


def close(driver: Driver, by: Actor, *, last: date, reason: str = "") -> Driver:
    return DRIVERS.close(driver, by, last=last, reason=reason)


def erase(driver: Driver, by: Actor) -> None:
    """Take the person's data away; trips and signatures keep pointing at the driver's uuid."""
    with transaction.atomic():
        DRIVERS.permit(driver, by)
        DriverIdentity.objects.filter(driver=driver).delete()
        DRIVERS.record(driver, by, "erase", {})


def find(carrier: Any, *, id_number: str = "", name: str = "", phone: str = "") -> Driver | None:
    """The carrier's driver with this card, else with this name and telephone."""
    rows = Driver.objects.filter(carrier=carrier)
    if number := tidy(id_number):
        return rows.filter(identity__id_hash=id_hash(number)).first()
    return rows.filter(identity__name=name.strip(), identity__phone=phone.strip()).first()
