"""The mass ledger 一本账: accounts, movements between them, and what is derived from both.

Movements, lot entries and treatment batches are append-only. Balances, lots and facts are sums of
them, kept beside them; ``verify`` recounts every one.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wufei.hub.catalogue.models import WasteType
from wufei.hub.ledger import regroupings  # noqa: F401  (Django finds models through this module)
from wufei.hub.registry.models import Organisation, Region, Site


class AccountKind(models.TextChoices):
    """Where mass can be. Only ``stock`` and ``custody`` are limited: they can run out."""

    ORIGIN = "origin", _("Arising")
    OPENING = "opening", _("Opening stock")
    IMPORTED = "imported", _("From outside the district")
    STOCK = "stock", _("In storage")
    CUSTODY = "custody", _("On the road")
    RECOVERED = "recovered", _("Recovered")
    DISPOSED = "disposed", _("Disposed of")
    EXPORTED = "exported", _("To outside the district")
    VARIANCE = "variance", _("Difference")
    SECONDARY_ORIGIN = "secondary_origin", _("Arising from treatment")
    SHORTFALL = "shortfall", _("Shortfall of the book")


LIMITED = (AccountKind.STOCK, AccountKind.CUSTODY)


class MovementKind(models.TextChoices):
    """What a movement is; follows from the kinds of its two accounts (``rules.FLOWS``)."""

    ARISING = "arising", _("Arising")
    OPENING = "opening", _("Opening stock")
    IMPORT = "import", _("Brought in")
    LOADING = "loading", pgettext_lazy("movement", "Loading")
    RECEPTION = "reception", _("Reception")
    TRANSFER = "transfer", _("Transfer")
    TREATMENT = "treatment", _("Treatment")
    SECONDARY = "secondary", _("Arising from treatment")
    EXPORT = "export", _("Taken out")
    LOSS = "loss", _("Loss")
    SURPLUS = "surplus", _("Surplus")
    SHORTFALL = "shortfall", _("Shortfall")


class Account(models.Model):
    """Holder x place x waste x kind, with a method where treated and a manifest line on the road.

    ``region`` and ``tracking`` are copied when the account is made, so that facts need no join.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=AccountKind)
    holder = models.ForeignKey(Organisation, models.PROTECT, related_name="+", db_index=False)
    place = models.ForeignKey(
        Site, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    waste = models.ForeignKey(WasteType, models.PROTECT, related_name="+", db_index=False)
    region = models.ForeignKey(Region, models.PROTECT, related_name="+")
    method = models.CharField(_("method"), max_length=40, blank=True, default="")
    line = models.UUIDField(_("manifest line"), null=True, blank=True)
    tracking = models.CharField(max_length=4, choices=[("bulk", "bulk"), ("lots", "lots")])

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["holder", "waste", "kind", "place", "method", "line"],
                name="ledger_account_key",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="ledger_account_kind", condition=Q(kind__in=AccountKind.values)
            ),
            models.CheckConstraint(
                name="ledger_account_stock_has_place",
                condition=~Q(kind=AccountKind.STOCK) | Q(place__isnull=False),
            ),
            models.CheckConstraint(
                name="ledger_account_custody_has_line",
                condition=Q(kind=AccountKind.CUSTODY, line__isnull=False)
                | (~Q(kind=AccountKind.CUSTODY) & Q(line__isnull=True)),
            ),
            models.CheckConstraint(
                name="ledger_account_treated_has_method",
                condition=Q(kind__in=["recovered", "disposed"]) & ~Q(method="")
                | ~Q(kind__in=["recovered", "disposed"]) & Q(method=""),
            ),
        ]

        indexes = [
            models.Index(
                fields=["line"], name="ledger_account_line", condition=Q(line__isnull=False)
            ),
            models.Index(fields=["waste", "kind"], name="ledger_account_waste"),
            models.Index(fields=["place"], name="ledger_account_place"),
        ]

    def __str__(self) -> str:
        return f"{self.holder} · {self.waste} · {self.get_kind_display()}"

    @property
    def limited(self) -> bool:
        return self.kind in LIMITED


class Balance(models.Model):
    """Balance row of a limited account; grams.

    ``in_g`` and ``out_g`` only ever grow: they are also the positions from which attribution
    takes its intervals (see ``queries.trace``). What stands there is ``in_g - out_g``.
    """

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True)
    in_g = models.BigIntegerField(default=0)
    out_g = models.BigIntegerField(default=0)
    booked_g = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ledger_balance_never_below_what_is_booked",
                condition=Q(in_g__gte=F("out_g") + F("booked_g")),
            ),
            models.CheckConstraint(
                name="ledger_balance_parts",
                condition=Q(in_g__gte=0) & Q(out_g__gte=0) & Q(booked_g__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.in_g - self.out_g} g"


class Movement(models.Model):
    """One source, one target, grams > 0; ``sign`` is -1 for a reversal, which counts negatively.

    A reversal keeps source, target, kind and ``happened_at`` of what it reverses, so that the
    facts of that day are undone where they stand. ``*_from_g`` is where this mass begins in the
    limited account's stream (None for unlimited accounts): the stream of what left the source,
    of what entered the target, and the other way round for a reversal. ``digest`` is set by a
    trigger.
    """

    uuid = models.UUIDField(unique=True)
    group_uuid = models.UUIDField(null=True)
    kind = models.CharField(max_length=12, choices=MovementKind)
    source = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    target = models.ForeignKey(Account, models.PROTECT, related_name="+", db_index=False)
    mass_g = models.BigIntegerField()
    sign = models.SmallIntegerField(default=1)
    happened_at = models.DateTimeField()
    # Statutory days are days in Asia/Shanghai.
    day = models.GeneratedField(
        expression=models.Func(
            models.Func(models.Value("Asia/Shanghai"), F("happened_at"), function="timezone"),
            function="date",
        ),
        output_field=models.DateField(),
        db_persist=True,
    )
    recorded_at = models.DateTimeField(db_default=Now())
    source_from_g = models.BigIntegerField(null=True)
    target_from_g = models.BigIntegerField(null=True)
    original_value = models.DecimalField(max_digits=24, decimal_places=6, null=True)
    original_unit = models.CharField(max_length=8, default="", db_default="")
    density_kg_m3 = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    cause = models.CharField(max_length=120)
    actor = models.CharField(max_length=60)
    reverses = models.OneToOneField("self", models.PROTECT, null=True, related_name="reversal")
    digest = models.BinaryField(null=True, editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="ledger_movement_mass", condition=Q(mass_g__gt=0)),
            models.CheckConstraint(
                name="ledger_movement_two_accounts", condition=~Q(source=F("target"))
            ),
            models.CheckConstraint(
                name="ledger_movement_sign",
                condition=Q(sign=1, reverses__isnull=True) | Q(sign=-1, reverses__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["source", "happened_at"], name="ledger_movement_out"),
            models.Index(fields=["target", "happened_at"], name="ledger_movement_in"),
            # Loads on the road have an account each: their days are found here.
            models.Index(fields=["day"], name="ledger_movement_day"),
            # What stands at a position of a stream, and what took it (``sql/attribution.sql``).
            models.Index(
                fields=["target", "sign", "target_from_g"],
                name="ledger_movement_came",
                condition=Q(target_from_g__isnull=False),
            ),
            models.Index(
                fields=["source", "sign", "source_from_g"],
                name="ledger_movement_went",
                condition=Q(source_from_g__isnull=False),
            ),
            models.Index(
                fields=["group_uuid"],
                name="ledger_movement_group",
                condition=Q(group_uuid__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.uuid}: {self.sign * self.mass_g} g"


class Booking(models.Model):
    """Reservation of free stock: open, then posted (loaded) or released. Not in transit."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("booking", "Open")
        POSTED = "posted", _("Posted")
        RELEASED = "released", _("Released")

    uuid = models.UUIDField(unique=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="bookings")
    lot = models.ForeignKey("Lot", models.PROTECT, null=True, related_name="bookings")
    mass_g = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    cause = models.CharField(max_length=120)
    actor = models.CharField(max_length=60)
    opened_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="ledger_booking_mass", condition=Q(mass_g__gt=0)),
            models.CheckConstraint(
                name="ledger_booking_closed",
                condition=Q(state="open", closed_at__isnull=True)
                | (~Q(state="open") & Q(closed_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["account"], name="ledger_booking_open", condition=Q(state="open"))
        ]

    def __str__(self) -> str:
        return f"{self.uuid}: {self.mass_g} g {self.state}"


class Lot(models.Model):
    """Container or batch standing in one limited account whose waste is tracked by lots.

    ``arisen_at`` is when the waste first arose (its age), ``since`` when it came to this account.
    """

    uuid = models.UUIDField(unique=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="lots")
    label = models.CharField(_("container label"), max_length=60, blank=True, default="")
    mass_g = models.BigIntegerField()
    remaining_g = models.BigIntegerField()
    booked_g = models.BigIntegerField(default=0)
    arisen_at = models.DateTimeField()
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ledger_lot_parts",
                condition=Q(booked_g__gte=0)
                & Q(remaining_g__gte=F("booked_g"))
                & Q(mass_g__gte=F("remaining_g")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "since"], name="ledger_lot_open", condition=Q(remaining_g__gt=0)
            )
        ]

    def __str__(self) -> str:
        return self.label or str(self.uuid)


class LotEntry(models.Model):
    """Part of a movement that left (``out``) or entered (``in``) a lot.

    An ``in`` entry names the ``parent`` lot its mass came from: these are the edges of a trace.
    ``attributed`` says that nobody named the lot and first in, first out chose it, so that a
    trace over it is not exact. Entries of a reversal count negatively, as its movement does.
    """

    movement = models.ForeignKey(Movement, models.PROTECT, related_name="lot_entries")
    lot = models.ForeignKey(Lot, models.PROTECT, related_name="entries")
    parent = models.ForeignKey(Lot, models.PROTECT, null=True, related_name="child_entries")
    side = models.CharField(max_length=3, choices=[("in", "in"), ("out", "out")])
    mass_g = models.BigIntegerField()
    attributed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(name="ledger_lotentry_mass", condition=Q(mass_g__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.side} {self.mass_g} g"


class Treatment(models.Model):
    """Treatment batch; grams. Products and additives stand outside the waste totals."""

    uuid = models.UUIDField(unique=True)
    place = models.ForeignKey(Site, models.PROTECT, related_name="+")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    input_g = models.BigIntegerField()
    additive_g = models.BigIntegerField(default=0)
    product_g = models.BigIntegerField(default=0)
    secondary_g = models.BigIntegerField(default=0)
    loss_g = models.BigIntegerField(default=0)
    products = models.JSONField(default=list)
    additives = models.JSONField(default=list)
    note = models.CharField(max_length=300, blank=True, default="")
    actor = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ledger_treatment_in_equals_out",
                condition=Q(
                    input_g=F("product_g") + F("secondary_g") + F("loss_g") - F("additive_g")
                ),
            ),
            models.CheckConstraint(
                name="ledger_treatment_parts",
                condition=Q(input_g__gt=0)
                & Q(additive_g__gte=0)
                & Q(product_g__gte=0)
                & Q(secondary_g__gte=0)
                & Q(loss_g__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.input_g} g"


class StockTake(models.Model):
    """Stock-take 盘点 of one stock account; the difference is posted to ``variance``."""

    uuid = models.UUIDField(unique=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="stock_takes")
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now())
    book_g = models.BigIntegerField()
    counted_g = models.BigIntegerField()
    reason = models.CharField(max_length=300, blank=True, default="")
    actor = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ledger_stocktake_parts", condition=Q(book_g__gte=0) & Q(counted_g__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.counted_g - self.book_g:+d} g"


class FlowFacts(models.Model):
    """Mass in and out of all accounts of one region, waste, holder, kind and method; grams.

    A trigger derives these rows from accounts, whose own foreign keys hold; three more checks for
    every row of facts took longer than recording the movements.
    """

    region = models.ForeignKey(
        Region, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    waste = models.ForeignKey(
        WasteType, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    holder = models.ForeignKey(
        Organisation, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=20)
    method = models.CharField(max_length=40, default="")
    in_g = models.BigIntegerField()
    out_g = models.BigIntegerField()

    class Meta:
        abstract = True


_KEY = ["region", "waste", "holder", "kind", "method"]


class DayFacts(FlowFacts):
    """Facts of one day (Asia/Shanghai), told apart as registers list movements: by the place of
    these accounts, by the kind of the accounts at the other end, and by whether another holder has
    those (``across``). The two kinds of account say which kind of movement it was.

    ``in_count`` and ``out_count`` count movements; a reversal is one more of them.
    """

    day = models.DateField()
    place = models.ForeignKey(
        Site, models.DO_NOTHING, null=True, related_name="+", db_index=False, db_constraint=False
    )
    other_kind = models.CharField(max_length=20, default="", db_default="")
    across = models.BooleanField(default=False, db_default=False)
    in_count = models.BigIntegerField(default=0, db_default=0)
    out_count = models.BigIntegerField(default=0, db_default=0)

    class Meta:
        abstract = True


class FlowDay(DayFacts):
    """What days add up to."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", *_KEY, "place", "other_kind", "across"],
                name="ledger_flowday_key",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["holder", "day"], name="ledger_flowday_holder")]


class FlowMonth(FlowFacts):
    """Facts of one month; ``month`` is its first day."""

    month = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", *_KEY], name="ledger_flowmonth_key")
        ]
        indexes = [models.Index(fields=["holder", "month"], name="ledger_flowmonth_holder")]


class Unfolded(DayFacts):
    """Sums of one recorded statement, not yet in the facts; a trigger writes them."""
