"""What people of the demo district write into each form, laid over what is prefilled.

Plainly invented figures, plausible for who files. A filler is given what the form was checked
against, with the prefilled form in it, and a source of chance that is the same at every run; it
returns what a prefill returns: by field name, and by section code a list of rows.
"""

from collections.abc import Callable
from random import Random

from wufei.hub.filings.declarations import Checked, Values

Fill = Callable[[Checked, Random], Values]
