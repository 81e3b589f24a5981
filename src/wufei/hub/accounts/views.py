"""One's own account, and the permission table."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wufei.hub.accounts.actors import memberships
from wufei.hub.accounts.middleware import ACTING_FOR
from wufei.hub.accounts.permissions import ACTS, Role
from wufei.hub.base.access import Request, needs


@needs("desk.view")
@require_POST
def act_for(request: Request) -> HttpResponse:
    """An agent chooses the organisation that the pages are about; empty means all of theirs."""
    chosen = request.POST.get("organisation", "")
    mine = memberships().organisations(request.user)  # type: ignore[arg-type]
    if chosen.isdigit() and int(chosen) in mine:
        request.session[ACTING_FOR] = int(chosen)
        messages.info(request, _("You act for %(name)s.") % {"name": mine[int(chosen)]})
    else:
        request.session.pop(ACTING_FOR, None)
        messages.info(request, _("You act for all your organisations."))
    return HttpResponseRedirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The page one came from, if it is one of ours."""
    page = request.headers.get("Referer", "")
    own = url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()})
    return page if own else "/"


@needs("accounts.permission.view")
def permissions(request: Request) -> HttpResponse:
    """The permission table as a page."""
    rooms: dict[str, list[dict[str, object]]] = {}
    for act, row in ACTS.items():
        rooms.setdefault(act.split(".")[0], []).append({"act": act, "scopes": list(row.values())})
    return render(
        request, "accounts/permissions.html", {"roles": Role.choices, "rooms": rooms.items()}
    )
