"""The log of evidence 存证日志: a Merkle tree over movements and signatures.

Leaves, nodes, roots and keys are append-only. Salts are not: erasing one takes the meaning from
the personal hashes of its leaf, while the tree still verifies.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Pending(models.Model):
    """Records that wait for their leaf: put in by triggers, in the writer's own transaction.

    One row for a statement (in blocks of 4096), so that an import hardly notices it.
    """

    kind = models.SmallIntegerField()
    rows = ArrayField(models.BigIntegerField())
    queued_at = models.DateTimeField(db_default=Now())


class Leaf(models.Model):
    """One leaf: ``number`` from 0 without gaps, the record that it stands for, and its hash."""

    number = models.BigIntegerField(primary_key=True)
    row = models.BigIntegerField()
    kind = models.SmallIntegerField()
    version = models.SmallIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "row"], name="evidence_leaf_record"),
            models.CheckConstraint(name="evidence_leaf_number", condition=Q(number__gte=0)),
        ]

    @property
    def hex(self) -> str:
        return bytes(self.hash).hex()


class Node(models.Model):
    """Hash of a complete subtree, kept for every fourth level: 16 of one make one of the next.

    So a proof reads some two hundred rows of ten million, and nothing is ever written twice.
    """

    pk = models.CompositePrimaryKey("level", "position")
    position = models.BigIntegerField()
    level = models.SmallIntegerField()
    hash = models.BinaryField()


class Batch(models.Model):
    """When leaves were numbered, and how long the oldest of them had waited."""

    first = models.BigIntegerField(primary_key=True)
    count = models.IntegerField()
    queued_at = models.DateTimeField()
    sequenced_at = models.DateTimeField()


class Salt(models.Model):
    """Salt of a record's personal fields. Erasable; see ``services.erasing``."""

    pk = models.CompositePrimaryKey("kind", "row")
    row = models.BigIntegerField()
    kind = models.SmallIntegerField()
    salt = models.BinaryField()


class Erased(models.Model):
    """Hashes that remain of personal fields whose salt was erased: the leaf is made of them."""

    pk = models.CompositePrimaryKey("kind", "row")
    row = models.BigIntegerField()
    kind = models.SmallIntegerField()
    sealed = models.JSONField()
    erased_at = models.DateTimeField(db_default=Now())
    reason = models.CharField(max_length=200)
    actor = models.CharField(max_length=80)


class KeyReason(models.TextChoices):
    """Why a new key began to sign."""

    FIRST = "first", _("first key")
    ROTATED = "rotated", _("rotated")
    LOST = "lost", _("the key before was lost")
    STOLEN = "stolen", _("the key before was stolen")


class Key(models.Model):
    """A public key of the log (Ed25519). It signs from ``since`` until its successor does.

    ``trusted_until`` of a successor is the last moment at which the key *before* was in nobody
    else's hands: what that signed later counts for nothing.
    """

    code = models.CharField(max_length=16, unique=True)
    public = models.BinaryField()
    since = models.DateTimeField()
    reason = models.CharField(max_length=8, choices=KeyReason)
    trusted_until = models.DateTimeField(null=True)

    @property
    def hex(self) -> str:
        return bytes(self.public).hex()


class Root(models.Model):
    """A signed root: ``note`` is the canonical text that was signed (``services.roots``).

    ``day`` is the day in Asia/Shanghai that it closes, None where somebody asked for it.
    """

    size = models.BigIntegerField()
    hash = models.BinaryField()
    day = models.DateField(null=True)
    signed_at = models.DateTimeField()
    note = models.TextField()
    key = models.ForeignKey(Key, models.PROTECT, related_name="roots")
    signature = models.BinaryField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["day"], name="evidence_root_day")]
        indexes = [models.Index(fields=["size"], name="evidence_root_size")]

    @property
    def hex(self) -> str:
        return bytes(self.hash).hex()


class Delivery(models.Model):
    """A root on its way to a witness outside: tried again until it is sent."""

    root = models.ForeignKey(Root, models.CASCADE, related_name="deliveries")
    witness = models.CharField(_("witness"), max_length=254)
    tries = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["root", "witness"], name="evidence_delivery_once")
        ]
        indexes = [
            models.Index(
                fields=["root"], name="evidence_delivery_open", condition=Q(sent_at__isnull=True)
            )
        ]
