"""Notices of the person who looks."""

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from wufei.hub.base.access import Request, needs
from wufei.hub.base.notices import services
from wufei.hub.base.notices.models import Notice
from wufei.hub.base.pages.lists import ListPage
from wufei.hub.base.tables import Column, Kind, Table

TABLE = Table(
    code="base.notice",
    title=_("Notices"),
    columns=(
        Column(
            "heading",
            _("notice"),
            sort="",
            link=lambda notice: reverse("base.notice.detail", args=[notice.uuid]),
        ),
        Column("created", _("received"), Kind.DATETIME),
        Column(
            "is_read",
            _("state"),
            value=lambda notice: _("already read") if notice.is_read else _("unread"),
            tone=lambda notice: "" if notice.is_read else "info",
        ),
    ),
    rows=services.visible,
)


class NoticeList(ListPage):
    act = services.VIEW
    table = TABLE
    template_name = "pages/notices.html"
    empty = _("News about your imports, deadlines and documents will appear here.")


@require_GET
@needs(services.VIEW)
def show(request: Request, uuid: UUID) -> HttpResponse:
    """The notice; opening it is reading it. One without text leads straight to its place."""
    mine = services.visible(request.actor)
    notice: Notice = get_object_or_404(mine, uuid=uuid)
    services.mark_read(mine.filter(pk=notice.pk), request.actor)
    if notice.link and not notice.body:
        return HttpResponseRedirect(notice.link)
    return render(request, "pages/notice.html", {"notice": notice})


@require_POST
@needs(services.VIEW)
def read_all(request: Request) -> HttpResponse:
    services.mark_read(services.visible(request.actor).filter(is_read=False), request.actor)
    return HttpResponseRedirect(reverse("base.notice.list"))
