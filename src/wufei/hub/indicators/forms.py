"""What a page of the indicators shows: year, domain, state."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wufei.hub.catalogue import declarations
from wufei.hub.indicators.queries import State, years


def _years() -> list[tuple[int, str]]:
    return [(year, str(year)) for year in reversed(years())]


def _domains() -> list[tuple[str, Any]]:
    return [("", _("all domains")), *((one.code, one.name) for one in declarations.domains())]


def _states() -> list[tuple[str, Any]]:
    return [("", _("all states")), *((state.value, state.label) for state in State)]


class SelectionForm(forms.Form):
    """Filters in the address; a value that is none of the choices is said and left out."""

    year = forms.TypedChoiceField(label=_("Year"), required=False, choices=_years, coerce=int)
    domain = forms.ChoiceField(label=_("Domain"), required=False, choices=_domains)
    state = forms.ChoiceField(label=_("State"), required=False, choices=_states)


class Selection:
    """The filters of a request; without a year, the last one that is known."""

    def __init__(self, data: Any) -> None:
        filled = data.copy()
        if not filled.get("year"):
            filled["year"] = str(years()[-1])
        self.form = SelectionForm(filled)
        self.form.is_valid()
        cleaned = getattr(self.form, "cleaned_data", {})
        self.year: int = cleaned.get("year") or years()[-1]
        self.domain: str = cleaned.get("domain") or ""
        self.state: str = cleaned.get("state") or ""

    @property
    def narrowed(self) -> bool:
        return bool(self.domain or self.state)
