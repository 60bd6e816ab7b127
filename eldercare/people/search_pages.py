"""Searches for a person: a full ID or phone number goes in a form's body and never stands in an address.

Addresses are kept by browsers, proxies and logs. So the search forms post, and the list is shown under an address
that holds the number's keyed index instead. An address with a number in it, typed by hand, leads there too.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, request, url_for
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as BaseResponse

from eldercare.core.errors import NotFound
from eldercare.core.look import page_url
from eldercare.core.web import signed_in
from eldercare.people.queries import is_sealed, sealed

blueprint = Blueprint("people_search", __name__, url_prefix="/people")
#: The lists that can be asked for a person.
LISTS = ("people.index", "assessments.index", "assessments.new", "homebeds.index", "homebeds.new")
_BLUEPRINTS = {name.partition(".")[0] for name in LISTS}
_OWN = {"csrf_token", "list", "q"}


@blueprint.post("/find")
@signed_in
def find() -> BaseResponse:
    """To the list that was asked, with the filters of its form."""
    wanted = request.form.get("list", "")
    if wanted not in LISTS:
        raise NotFound
    filters: dict[str, Any] = {key: value for key, value in request.form.items() if value and key not in _OWN}
    if text := sealed(request.form.get("q", "").strip()[:60]):
        filters["q"] = text
    return redirect(url_for(wanted) + ("?" + urlencode(filters) if filters else ""), code=303)


def _out_of_the_address() -> BaseResponse | None:
    if request.method != "GET" or request.blueprint not in _BLUEPRINTS:
        return None
    text = request.args.get("q", "").strip()
    return redirect(page_url(q=sealed(text)), code=303) if sealed(text) != text else None


def init_app(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.before_request(_out_of_the_address)
    # What stands in the box afterwards: the words as typed, of a number nothing.
    app.jinja_env.globals["searched"] = lambda text: "" if is_sealed(text or "") else text
