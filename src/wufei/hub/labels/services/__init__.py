"""Every write of the labels."""

from wufei.hub.labels.services.making import change, make
from wufei.hub.labels.services.passes import make_pass, open_pass, open_token, token_of
from wufei.hub.labels.services.runs import order

__all__ = ["change", "make", "make_pass", "open_pass", "open_token", "order", "token_of"]
