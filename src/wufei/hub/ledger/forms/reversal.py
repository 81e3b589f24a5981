from django import forms
from django.utils.translation import gettext_lazy as _


class ReversalForm(forms.Form):
    """``submission`` is the reversal's own id: sending twice reverses once."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=100,
        help_text=_("What was wrong. The original stays visible beside its reversal."),
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)
