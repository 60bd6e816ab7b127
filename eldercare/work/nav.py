"""The places a reader can go to. Each is an address; who may go there is said once, on its route."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from eldercare.core.access import Access, declared
from eldercare.core.actor import Actor
from eldercare.core.i18n import N_, gettext


@dataclass(frozen=True)
class Place:
    """An address of the product and its name; `exact` when deeper addresses belong to other places."""

    path: str
    msgid: str
    exact: bool = False


@dataclass(frozen=True)
class Link:
    """A place as the reader sees it."""

    href: str
    label: str
    here: bool


WORK = Place("/work", N_("Workbench"))
SEARCH = Place("/", N_("Find a place"), exact=True)
ESTIMATE = Place("/estimate", N_("What would we get?"))

PUBLIC = (SEARCH, ESTIMATE)
STAFF = (
    WORK,
    Place("/registry", N_("Institutions")),
    Place("/beds", N_("Beds")),
    Place("/people", N_("Elders")),
    Place("/assessments", N_("Assessments")),
    Place("/homebeds", N_("Home beds")),
    Place("/community", N_("Community services")),
    Place("/subsidies", N_("Subsidies")),
    Place("/inspections", N_("Inspections")),
    Place("/staff", N_("Staff")),
    Place("/planning", N_("Plan indicators")),
    Place("/policy", N_("Policy")),
    Place("/audit", N_("Audit")),
    Place("/admin/users", N_("Accounts")),
    Place("/admin/jobs", N_("Jobs")),
)
FOOTER = (
    SEARCH,
    ESTIMATE,
    Place("/regions", N_("Divisions")),
    Place("/api/v1/docs", N_("Interface for other systems")),
    Place("/style", N_("Style guide")),
)


def route_of(app: Flask, path: str) -> Access | None:
    """What the route behind the address asks for; None when there is none that answers GET."""
    try:
        endpoint, _arguments = app.url_map.bind("localhost").match(path, method="GET")
    except RequestRedirect:
        return route_of(app, path + "/") if not path.endswith("/") else None
    except HTTPException:
        return None
    return declared(app, endpoint, "GET")


def may_go(app: Flask, actor: Actor, path: str) -> bool:
    """Is there such a page, and may the actor open it?"""
    rule = route_of(app, path)
    if rule is None:
        return False
    if rule.is_public:
        return True
    return actor.kind == "user" and (rule.permission is None or actor.can(rule.permission))


def links(places: tuple[Place, ...], actor: Actor) -> list[Link]:
    """The places the actor may open, in their order, the present one marked."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    here = request.path.rstrip("/") or "/"
    return [
        Link(place.path, gettext(place.msgid), _is_here(place, here))
        for place in places
        if may_go(app, actor, place.path)
    ]


def _is_here(place: Place, here: str) -> bool:
    if place.exact:
        return here == place.path or here.startswith("/places")
    return here == place.path or here.startswith(place.path + "/")
