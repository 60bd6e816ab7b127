"""Templates compile, hold nothing the content security policy refuses, and speak both languages."""

from __future__ import annotations

import re

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader, nodes

from tests.guards.source import ROOT, at, refuse

TEMPLATES = ROOT / "templates"
FILES = sorted(TEMPLATES.rglob("*.html"))
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def lines_of(path):
    """Numbered lines without template comments."""
    text = _COMMENT.sub(lambda hit: "\n" * hit.group().count("\n"), path.read_text(encoding="utf-8"))
    return enumerate(text.splitlines(), 1)


@pytest.fixture(scope="module")
def environment():
    found = Environment(loader=FileSystemLoader(TEMPLATES), extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
    from eldercare.core import look

    for name in ("yuan", "number", "day", "instant", "month", "ago", "age_days"):
        found.filters[name] = getattr(look, name)
    return found


def test_there_are_templates():
    assert len(FILES) > 10


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_every_template_compiles(app, path):
    app.jinja_env.get_template(str(path.relative_to(TEMPLATES)))


FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)", re.IGNORECASE),
    "inline style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE),
    "event attribute": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "htmx inline code": re.compile(r"\shx-on[:-]|hx-vals\s*=\s*['\"]js:", re.IGNORECASE),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "foreign host": re.compile(r"""(src|href|action)=["'](https?:)?//""", re.IGNORECASE),
}
# Links (not loaded content) to other sites are fine when a person follows them.
_LINK = re.compile(r"<a\b[^>]*href=[\"']https?://", re.IGNORECASE)


def test_nothing_the_content_security_policy_refuses():
    found = []
    for path in FILES:
        for number, line in lines_of(path):
            for what, pattern in FORBIDDEN.items():
                if pattern.search(line) and not (what == "foreign host" and _LINK.search(line)):
                    found.append(at(path, number, what))
    refuse(found, "Refused by the content security policy:")


def test_no_template_switches_escaping_off():
    found = [
        at(path, number, "safe")
        for path in FILES
        for number, line in lines_of(path)
        if re.search(r"\|\s*safe\b|autoescape\s+false", line)
    ]
    refuse(found, "Escaping switched off:")


def test_every_post_form_carries_the_csrf_token():
    found = []
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        for form in re.finditer(
            r"<form\b[^>]*method=[\"']post[\"'][^>]*>(.*?)</form>", text, re.IGNORECASE | re.DOTALL
        ):
            if "csrf" not in form.group(1):
                found.append(at(path, text.count("\n", 0, form.start()) + 1, "form without csrf()"))
    refuse(found, "A form that POSTs needs {{ forms.csrf() }}:")


# --- languages ----------------------------------------------------------------------------------------------------


def test_no_message_has_two_translations():
    """The catalogues are merged: one English message means one Chinese text everywhere."""
    seen: dict[str, tuple[str, str]] = {}
    found = []
    for path in sorted((ROOT / "eldercare").glob("*/locale/zh.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh"):
                if not message.id or not message.string:
                    continue
                key = str(message.id)
                before = seen.setdefault(key, (path.parent.parent.name, str(message.string)))
                if before[1] != str(message.string):
                    found.append(
                        f"{key!r}: {before[0]} says {before[1]!r}, {path.parent.parent.name} says {message.string!r}"
                    )
    refuse(found, "Two translations of one message; give one of them other English words:")


def messages_of(environment, path):
    """(line, message) of every gettext call with a constant in a template."""
    for call in environment.parse(path.read_text(encoding="utf-8")).find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in ("_", "gettext", "ngettext"):
            for argument in call.args[: 2 if call.node.name == "ngettext" else 1]:
                if isinstance(argument, nodes.Const) and isinstance(argument.value, str):
                    yield call.lineno, argument.value


def test_every_message_of_the_templates_is_translated(environment):
    from eldercare.core.i18n import catalog

    catalog.cache_clear()
    known = catalog()
    found = [
        at(path, line, repr(message))
        for path in FILES
        for line, message in messages_of(environment, path)
        if message.strip() and message not in known
    ]
    refuse(found, "Not translated into Chinese:")


def test_every_message_of_the_code_is_translated():
    import ast

    from eldercare.core.i18n import catalog
    from tests.guards.source import name_of
    from tests.guards.source import nodes as code_nodes

    known = catalog()
    found = [
        at(path, node.lineno, repr(node.args[0].value))
        for path, node in code_nodes()
        if isinstance(node, ast.Call)
        and name_of(node.func) in ("_", "N_", "gettext", "ngettext", "lazy")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
        and node.args[0].value not in known
    ]
    refuse(found, "Not translated into Chinese:")


def test_translations_keep_the_places_of_their_values():
    """A `%(name)s` that the translation lacks or adds breaks the sentence when it is shown."""
    place = re.compile(r"%\((\w+)\)[sd]")
    found = []
    for path in sorted((ROOT / "eldercare").glob("*/locale/zh.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale="zh"):
                if not message.id or not message.string or not isinstance(message.string, str):
                    continue
                ids = message.id if isinstance(message.id, (list, tuple)) else (message.id,)
                if set(place.findall(message.string)) - {one for each in ids for one in place.findall(each)}:
                    found.append(at(path, message.lineno or 0, repr(message.id)))
                if isinstance(message.id, str) and set(place.findall(message.id)) - set(place.findall(message.string)):
                    found.append(at(path, message.lineno or 0, repr(message.id)))
    refuse(found, "Values lost or invented by the translation:")
