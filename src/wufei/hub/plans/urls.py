"""Addresses of the plans."""

from django.urls import URLPattern, path

from wufei.hub.base.pages import Resource, urls
from wufei.hub.base.pages.forms import FormPage
from wufei.hub.plans import views
from wufei.hub.plans.pages.clauses import CLAUSES
from wufei.hub.plans.pages.plans import PLANS, UPLOAD
from wufei.hub.plans.pages.targets import TARGETS
from wufei.hub.plans.pages.tasks import TASKS

# Ours in place of the generic ones: pages with the plans' own style, and with a button to load.
_OURS = {"plans.plan.list"} | {
    f"{resource.code}.detail" for resource in (TASKS, TARGETS, CLAUSES, PLANS)
}


def _details(resource: Resource) -> list[URLPattern]:
    view = views.Detail.as_view(resource=resource, act=resource.act("view"))
    return [path(f"{resource.path}<uuid:key>/", view, name=f"{resource.code}.detail")]


urlpatterns: list[URLPattern] = [
    path(
        "",
        views.PlanList.as_view(
            resource=PLANS,
            table=PLANS.table,
            title=PLANS.title,
            empty=PLANS.empty,
            act="plans.plan.view",
        ),
        name="plans.plan.list",
    ),
    path("new/", FormPage.as_view(resource=UPLOAD, act="plans.plan.load"), name="plans.plan.new"),
    path("units/", views.units, name="plans.unit.list"),
    path("units/<uuid:uuid>/", views.unit, name="plans.unit.detail"),
    path("names/<uuid:uuid>/", views.NamePage.as_view(), name="plans.name"),
    *_details(TASKS),
    *_details(TARGETS),
    *_details(CLAUSES),
    *_details(PLANS),
    *(
        pattern
        for resource in (TASKS, TARGETS, CLAUSES, PLANS)
        for pattern in urls(resource)
        if pattern.name not in _OURS
    ),
]
