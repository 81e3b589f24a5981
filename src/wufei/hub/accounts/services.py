"""Every write to accounts."""

from collections.abc import Collection, Iterable
from datetime import date

from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from wufei.hub.accounts import lockout
from wufei.hub.accounts.actors import memberships
from wufei.hub.accounts.models import ApiToken, Contact, User
from wufei.hub.accounts.permissions import Role
from wufei.hub.audit import services as audit
from wufei.hub.base.actor import Actor, system
from wufei.hub.base.errors import Invalid


def make_user(
    username: str,
    *,
    display_name: str,
    role: str,
    password: str = "",
    password_hash: str = "",
    organisations: Iterable[int] = (),
    regions: Iterable[str] = (),
    domains: Iterable[str] = (),
    phone: str = "",
    unit: str = "",
    active_until: date | None = None,
    must_change_password: bool = False,
    by: Actor | None = None,
    check_password: bool = True,
) -> User:
    """Add a person. ``organisations`` are primary keys, ``regions`` prefixes of ``Region.path``.

    ``password_hash`` instead of a password, where it was hashed before (many people at once).
    Raises ``Invalid`` for a taken user name, an unknown role or a weak password.
    """
    assert bool(password) != bool(password_hash), "a person has one password"
    actor = by or system("accounts")
    user = User(
        username=username.strip(),
        display_name=display_name,
        role=_role(role),
        region_paths=sorted(set(regions)),
        domains=sorted(set(domains)),
        active_until=active_until,
        must_change_password=must_change_password,
    )
    if check_password and password:
        _check_password(password, user)
    if password_hash:
        user.password = password_hash
    else:
        user.set_password(password)
    with transaction.atomic():
        _insert(user)
        Contact.objects.create(user=user, phone=phone, unit=unit)
        memberships().join(user, organisations, actor)
        audit.record(
            actor, "accounts:user:create", subject=subject(user), values={"role": user.role}
        )
    return user


def subject(user: User) -> str:
    """How append-only rows name a user."""
    return f"accounts.user:{user.uuid}"


def _role(role: str) -> str:
    if role not in Role.values:
        raise Invalid(_("Choose one of the roles in the list."), field="role")
    return role


def _check_password(password: str, user: User, *, field: str = "password") -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field=field) from error


def _insert(user: User) -> None:
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise Invalid(
            _("This user name is taken. Choose another one."), field="username"
        ) from error


def set_password(user: User, password: str, *, by: Actor) -> User:
    """An administrator gives a new password, which its owner replaces on signing in.

    Running sessions and tokens end with the old one; a lockout ends, too. Raises ``Invalid`` for
    a weak one.
    """
    _check_password(password, user)
    user.set_password(password)
    user.must_change_password = True
    with transaction.atomic():
        user.save(update_fields=["password", "must_change_password"])
        revoke_all(user)
        audit.record(by, "accounts:password:reset", subject=subject(user))
    lockout.lift(user.username)
    return user


def revoke_all(user: User) -> int:
    """End every token of a person; returns how many were running."""
    running = ApiToken.objects.filter(user=user, revoked_at=None)
    return running.update(revoked_at=timezone.now())


def remove_second_factor(user: User, *, by: Actor) -> None:
    """For a lost phone: the person sets up a new second factor."""
    with transaction.atomic():
        removed, _rows = Authenticator.objects.filter(user=user).delete()
        audit.record(
            by, "accounts:factor:remove", subject=subject(user), values={"removed": removed}
        )


def set_active(user: User, active: bool, *, by: Actor) -> None:
    """Close an account, or open it again; a closed one ends its sessions at their next page."""
    if not active and by.id == f"person:{user.uuid}":
        raise Invalid(_("You cannot close your own account. Ask another administrator."))
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=active)
        if not active:
            revoke_all(user)
        audit.record(
            by, "accounts:user:open" if active else "accounts:user:close", subject=subject(user)
        )


def edit_user(
    user: User,
    *,
    by: Actor,
    display_name: str,
    role: str,
    regions: Collection[str],
    domains: Collection[str],
    phone: str = "",
    unit: str = "",
    active_until: date | None = None,
) -> User:
    """Change what an administrator may change of a person."""
    if by.id == f"person:{user.uuid}" and role != user.role:
        raise Invalid(
            _("You cannot change your own role. Ask another administrator."), field="role"
        )
    before = {"role": user.role, "active_until": str(user.active_until or "")}
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(
            display_name=display_name,
            role=_role(role),
            region_paths=sorted(set(regions)),
            domains=sorted(set(domains)),
            active_until=active_until,
        )
        Contact.objects.update_or_create(user=user, defaults={"phone": phone, "unit": unit})
        audit.record(
            by,
            "accounts:user:edit",
            subject=subject(user),
            values={"before": before, "role": role, "active_until": str(active_until or "")},
        )
    user.refresh_from_db()
    return user
