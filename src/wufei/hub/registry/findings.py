"""What the register's findings say, and where they lead."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from wufei.hub.base.texts import finding_text
from wufei.hub.base.views import findings


def register() -> None:
    finding_text(
        "registry.organisation_code",
        gettext_noop(
            "%(organisation)s: character 17 of %(code)s is %(character)s; the organisation code in "
            "it would end in %(expected)s. Compare it with the business licence."
        ),
        _("Unusual credit code"),
    )
    findings.register_subject("registry.organisation", page)


def page(subject: str) -> str | None:
    """Page of the organisation that ``registry.organisation:<uuid>`` names."""
    kind, _colon, text = subject.partition(":")
    try:
        return reverse(f"{kind}.detail", args=[UUID(text)])
    except ValueError:
        return None
