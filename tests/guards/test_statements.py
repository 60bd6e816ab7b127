"""Scope in one place: Core, text and COPY on scoped tables only through `scoped_table()` or a system actor.

The static part names the line while it is written; the runtime part proves that core.db refuses what slips through.
"""

from __future__ import annotations

import ast
from functools import cache

import pytest
from sqlalchemy import delete, func, insert, select, text, update

from eldercare.accounts.models import User
from eldercare.audit.models import AuditRow
from eldercare.core.actor import Actor
from eldercare.core.db import Model, acting_as, copy_rows, scoped_table, session
from eldercare.core.errors import ScopeBypassed
from eldercare.core.scope import Scoped, scoped_classes, scoped_tables
from tests.factories.accounts import make_user
from tests.guards.source import ROOT, at, name_of, python_files, refuse, tree
from tests.support.cast import CITY, DISTRICT_A, DISTRICT_B

# --- static -------------------------------------------------------------------------------------------------------

GROUND_FLOOR = (
    "eldercare/core/",
    "eldercare/migrations/",
    "eldercare/embedded/",
    "eldercare/backup/",
    "eldercare/migrate.py",
)
RAW = {"text", "sql_text", "sa.text", "exec_driver_sql", "copy_rows", "copy_block", "copy_out"}


@cache
def scoped_names() -> frozenset[str]:
    from eldercare import migrate

    migrate.import_models()
    return frozenset(cls.__name__ for cls in scoped_classes())


def product_files():
    return [path for path in python_files("eldercare") if not str(path.relative_to(ROOT)).startswith(GROUND_FLOOR)]


def functions(module):
    """Every outermost function or method with its node."""
    for node in module.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from (one for one in node.body if isinstance(one, (ast.FunctionDef, ast.AsyncFunctionDef)))


def raw_calls(function):
    """Calls of text(), COPY and the driver that carry a statement."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and name_of(node.func) in RAW | {f"session().{one}" for one in RAW}:
            if name_of(node.func).endswith("text") and node.args and isinstance(node.args[0], ast.Constant):
                if not _is_statement(str(node.args[0].value)):
                    continue  # a piece of DDL or an order
            yield node


def _is_statement(value):
    return value.strip().split(" ", 1)[0].upper() in (
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "COPY",
        "WITH",
        "TRUNCATE",
        "LOCK",
    )


def test_text_and_copy_only_where_the_system_acts():
    """Each such call sits in a file that makes its system actor, or in a function that says it needs one."""
    found = []
    for path in product_files():
        source = path.read_text(encoding="utf-8")
        if "Actor.system(" in source or "SYSTEM" in source or str(path.relative_to(ROOT)).startswith("eldercare/demo/"):
            continue
        for function in functions(tree(path)):
            if "system actor" in (ast.get_docstring(function) or ""):
                continue
            for call in raw_calls(function):
                found.append(at(path, call.lineno, f"{name_of(call.func)} in {function.name}()"))
    refuse(found, "text() or COPY in a file that names no system actor:")


def test_no_core_statement_takes_a_scoped_table_bare():
    """`select(Model.__table__)`, `insert(Model).from_select(...)` and the like see no scope."""
    found = []
    for path in product_files():
        if path.name == "models.py" or "models" in path.parts:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute) and node.attr == "__table__" and isinstance(node.value, ast.Name):
                if node.value.id in scoped_names():
                    found.append(at(path, node.lineno, f"{node.value.id}.__table__"))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "from_select":
                if any(isinstance(one, ast.Name) and one.id in scoped_names() for one in ast.walk(node)):
                    found.append(at(path, node.lineno, "INSERT … SELECT from a scoped class"))
    refuse(found, "Go through scoped_table() or the ORM:")


def test_services_and_queries_make_no_session_of_their_own():
    own = {"sessionmaker", "scoped_session", "create_engine", "connect"}
    found = [
        at(path, node.lineno, f"{node.module}.{one.name}")
        for path in product_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("sqlalchemy", "psycopg")
        for one in node.names
        if one.name in own
    ]
    found += [
        at(path, node.lineno, name_of(node.func))
        for path in product_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and name_of(node.func) in ("psycopg.connect", "sqlalchemy.create_engine", "sa.create_engine")
    ]
    refuse(found, "A session without scope:")


def test_every_table_with_a_place_is_scoped():
    """A table that carries region_path or institution_id hides behind its actor's scope, or says here why not."""
    from eldercare import migrate

    migrate.import_models()
    known = {
        "user_scope": "what an account reaches; read only through its account, which is scoped",
    }
    found = [
        f"{table.name} has {', '.join(sorted(places))} and is not Scoped"
        for table in Model.metadata.tables.values()
        if (places := {"region_path", "institution_id", "elder_id"} & set(table.columns.keys()))
        and table.name not in scoped_tables()
        and table.name not in known
    ]
    refuse(found, "Tables that nobody narrows:")


def test_no_relation_joins_a_scoped_class_by_itself():
    """A join that a relation adds while the statement is compiled is not seen by the narrowing."""
    from eldercare import migrate

    migrate.import_models()
    found = [
        f"{mapper.class_.__name__}.{relation.key} is lazy='joined'"
        for mapper in Model.registry.mappers
        for relation in mapper.relationships
        if relation.lazy in ("joined", False) and issubclass(relation.mapper.class_, Scoped)
    ]
    refuse(found, "Load it by selectin or by an option of the statement:")


# --- runtime ------------------------------------------------------------------------------------------------------


@pytest.fixture
def two_users(db_session, actor_as):
    """One account in each district; the actor is an official of district A."""
    make_user(username="in.a", region_path=DISTRICT_A)
    make_user(username="in.b", region_path=DISTRICT_B)
    db_session.expunge_all()
    return actor_as("official_a")


def names(result):
    return sorted(one if isinstance(one, str) else one.username for one in result)


ORM = {
    "entities": lambda: select(User),
    "one column": lambda: select(User.username),
    "a subquery": lambda: select(User).where(User.id.in_(select(User.id).where(User.username.like("in.%")))),
    "a common table expression": lambda: select(select(User.username).cte().c.username),
    "a union": lambda: select(User.username).union_all(select(User.username).where(User.username == "none")),
}


@pytest.mark.parametrize("make", ORM.values(), ids=ORM.keys())
def test_orm_statements_are_narrowed(two_users, make):
    with acting_as(two_users):
        assert names(session().scalars(make())) == ["in.a"]


@pytest.mark.parametrize("make", ORM.values(), ids=ORM.keys())
def test_without_an_actor_there_are_no_rows(two_users, make):
    from eldercare.core.db import set_actor

    set_actor(None)
    assert names(session().scalars(make())) == []


def test_counts_and_existence_are_narrowed(two_users):
    with acting_as(two_users):
        assert session().scalar(select(func.count()).select_from(User)) == 1
        assert session().scalar(select(User.id).where(User.username == "in.b").exists().select()) is False


def test_get_of_a_foreign_row_finds_none(two_users):
    with acting_as(Actor.system("test")):
        foreign = session().scalar(select(User.id).where(User.username == "in.b"))
        session().expunge_all()
    with acting_as(two_users):
        assert session().get(User, foreign) is None


def test_orm_update_and_delete_touch_only_what_is_seen(two_users):
    with acting_as(two_users):
        assert session().execute(update(User).values(display_name="x")).rowcount == 1
        assert session().execute(delete(User).where(User.username == "in.b")).rowcount == 0


BARE = {
    "text": lambda: text("SELECT username FROM user_account"),
    "a Core select": lambda: select(User.__table__.c.username),
    "a Core count": lambda: select(func.count()).select_from(User.__table__),
    "a Core join": lambda: select(func.count()).select_from(
        Model.metadata.tables["api_token"].join(
            User.__table__, User.__table__.c.id == Model.metadata.tables["api_token"].c.user_id
        )
    ),
    "a Core subquery": lambda: select(select(User.__table__.c.username).subquery().c.username),
    "a Core scalar subquery": lambda: select(select(func.max(User.__table__.c.username)).scalar_subquery()),
    "a Core EXISTS": lambda: select(select(User.__table__.c.id).exists()),
    "a Core CTE": lambda: select(select(User.__table__.c.username).cte().c.username),
    "a Core union": lambda: select(User.__table__.c.username).union(select(User.__table__.c.username)),
    "a Core update": lambda: update(User.__table__).values(display_name="x"),
    "a Core delete": lambda: delete(User.__table__),
    "a Core insert from a select": lambda: insert(AuditRow.__table__).from_select(
        ["action"], select(User.__table__.c.username)
    ),
    "an alias": lambda: select(User.__table__.alias().c.username),
}


@pytest.mark.parametrize("make", BARE.values(), ids=BARE.keys())
@pytest.mark.parametrize("who", ["official_a", "administrator", None])
def test_core_statements_on_a_scoped_table_are_refused(two_users, actor_as, make, who):
    from eldercare.core.db import set_actor

    set_actor(actor_as(who) if who else None)
    with pytest.raises(ScopeBypassed):
        session().execute(make())


@pytest.mark.parametrize("make", [BARE["text"], BARE["a Core select"]], ids=["text", "select"])
def test_the_system_may(two_users, make):
    with acting_as(Actor.system("test")):
        assert {"in.a", "in.b"} <= set(session().scalars(make()))


def test_scoped_table_is_the_table_as_the_actor_sees_it(two_users):
    with acting_as(two_users):
        table = scoped_table(User)
        assert session().scalars(select(table.c.username)).all() == ["in.a"]
        tokens = Model.metadata.tables["api_token"]
        joined = select(table.c.username).join(tokens, full=True, onclause=table.c.id == tokens.c.user_id)
        assert "in.b" not in session().scalars(joined).all()


def test_a_scoped_table_beside_a_bare_one_is_refused(two_users):
    with acting_as(two_users):
        table = scoped_table(User)
        mixed = select(table.c.username).join(User.__table__, User.__table__.c.id == table.c.id)
        with pytest.raises(ScopeBypassed):
            session().execute(mixed)


def test_copy_runs_only_under_the_system(two_users):
    with acting_as(two_users), pytest.raises(ScopeBypassed):
        copy_rows("user_account", ["username"], [["x"]])


def test_a_subtree_ends_at_its_own_border(db_session, actor_as):
    """`/cn/37/3702/` holds neither its parent nor a sibling whose code begins alike."""
    for number, path in enumerate((CITY, "/cn/37/", "/cn/37/37020/", "/cn/37/3702/370202/370202001/")):
        make_user(username=f"user.{number}", region_path=path)
    with acting_as(actor_as("official_city")):
        assert names(session().scalars(select(User.username))) == ["user.0", "user.3"]
