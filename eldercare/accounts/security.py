"""Flask-Security on our models: sign-in page, sign-out, change of password. Its forms keep their own WTForms."""

from __future__ import annotations

from typing import Any

from flask import Flask, g
from flask_babel import get_locale
from flask_security import LoginForm, RoleMixin, Security, SQLAlchemyUserDatastore
from flask_security.forms import ChangePasswordForm
from flask_security.signals import password_changed
from wtforms import PasswordField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, StopValidation

from eldercare.accounts import queries, rules, service, signin
from eldercare.accounts.models import User
from eldercare.core import look
from eldercare.core.access import Access, declare
from eldercare.core.config import Config
from eldercare.core.db import acting_as, commit, db
from eldercare.core.i18n import N_, gettext, lazy


class NoRole(RoleMixin):
    """Flask-Security wants a role model; ours are granted together with their scope (`rules.Role`)."""

    name = ""


class Datastore(SQLAlchemyUserDatastore):
    """Looks accounts up as the system (who signs in has no scope yet) and commits through the one commit."""

    def find_user(self, case_insensitive: bool = False, **kwargs: Any) -> User | None:
        with acting_as(signin.SYSTEM):
            if session_id := kwargs.get("fs_uniquifier"):
                return queries.find_user_by_session_id(session_id)
            return queries.find_user_by_name(str(next(iter(kwargs.values()))))

    def commit(self) -> None:
        commit()


class SignInForm(LoginForm):  # type: ignore[misc]
    """User name or e-mail and password; one sentence for every failure, another for a lock."""

    # The name `email` is Flask-Security's: it clears this field's errors for the generic answer.
    email = StringField(
        lazy(N_("User name or e-mail")),
        validators=[InputRequired(lazy(N_("Enter your user name or e-mail."))), Length(max=254)],
    )
    password = PasswordField(
        lazy(N_("Password")), validators=[InputRequired(lazy(N_("Enter your password."))), Length(max=1000)]
    )
    remember = None
    submit = SubmitField(lazy(N_("Sign in")))

    def validate(self, **kwargs: Any) -> bool:
        if not super(LoginForm, self).validate(**kwargs):
            self.form_errors = [gettext("Enter your user name or e-mail and your password.")]
            return False
        outcome = signin.check_password(
            name=str(self.email.data), password=str(self.password.data), request_id=g.get("request_id")
        )
        # Whatever the outcome, what was counted must stay, and this request may end without another commit.
        commit()
        if outcome.user is not None:
            self.user, self.ifield, self.user_authenticated = outcome.user, self.email, True
            return True
        self.form_errors = [_refusal(outcome)]
        return False


def _refusal(outcome: signin.SignIn) -> str:
    if outcome.locked_until is None:
        return gettext("User name or password is wrong, or the account is closed.")
    return gettext(
        "Too many failed attempts. Sign-in with this name is closed until %(at)s. An administrator can open it earlier.",
        at=look.instant(outcome.locked_until),
    )


class OwnPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """The account's own rules for a new password, in the reader's language."""

    def validate_new_password(self, field: Any) -> None:
        from flask_security import current_user

        names = [current_user.username, (current_user.email or "").split("@")[0]]
        problem = rules.password_problem(field.data or "", names, service.MINIMUM_PASSWORD)
        if problem:
            raise StopValidation(problem.message)


class OwnCatalog:
    """Flask-Security's sentences from `locale/zh.po` like all others: most of its own Chinese is missing."""

    def gettext(self, string: str, **variables: Any) -> str:
        return gettext(str(string), **variables)

    def ngettext(self, singular: str, plural: str, num: int, **variables: Any) -> str:
        return gettext(singular if num == 1 else plural, num=num, **variables)

    @staticmethod
    def format_list(items: list[str], **_options: Any) -> str:
        return ("、" if str(get_locale() or "zh").startswith("zh") else ", ").join(items)


def configure(app: Flask, config: Config) -> None:
    app.config.update(
        SIGN_IN_FAILURES=config.sign_in_failures,
        SIGN_IN_LOCK_MINUTES=config.sign_in_lock_minutes,
        SESSION_COOKIE_NAME="__Host-eldercare" if config.secure_cookies else "eldercare",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.secure_cookies,
        PERMANENT_SESSION_LIFETIME=8 * 3600,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a half-filled form must not be lost after an hour
        WTF_CSRF_CHECK_DEFAULT=False,  # `web.protect_forms` decides
        WTF_CSRF_ENABLED=not config.testing,
        SECURITY_LOGIN_URL="/sign-in",
        SECURITY_LOGOUT_URL="/sign-out",
        SECURITY_LOGOUT_CSRF=False,  # `web.protect_forms` asks for it
        SECURITY_CHANGEABLE=True,
        SECURITY_CHANGE_URL="/account/password",
        SECURITY_POST_LOGIN_VIEW="/work",
        SECURITY_POST_LOGOUT_VIEW="/",
        SECURITY_POST_CHANGE_VIEW="/account",
        SECURITY_SEND_PASSWORD_CHANGE_EMAIL=False,
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106 - a method
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={
            "argon2__type": "ID",
            "argon2__time_cost": config.argon2_time_cost,
            "argon2__memory_cost": config.argon2_memory_kib,
            "argon2__parallelism": 1,
        },
        SECURITY_PASSWORD_LENGTH_MIN=service.MINIMUM_PASSWORD,
        SECURITY_PASSWORD_NORMALIZE_FORM="NFKD",  # noqa: S106 - a method
        SECURITY_USER_IDENTITY_ATTRIBUTES=[{"username": {"mapper": str, "case_insensitive": True}}],
        SECURITY_JOIN_USER_ROLES=False,
        SECURITY_STATIC_FOLDER=None,
        SECURITY_FRESHNESS=_no_freshness(),
        SECURITY_API_ENABLED_METHODS=["session"],
        SECURITY_CLI_USERS_NAME="",
        SECURITY_CLI_ROLES_NAME="",
    )


def _no_freshness() -> Any:
    from datetime import timedelta

    return timedelta(seconds=-1)


def init_app(app: Flask, config: Config) -> None:
    configure(app, config)
    security = Security(
        app,
        Datastore(db, User, NoRole),
        login_form=SignInForm,
        change_password_form=OwnPasswordForm,
    )
    security.want_json(lambda _request: False)
    security.i18n_domain = OwnCatalog()  # type: ignore[assignment]
    app.jinja_env.globals["_fsdomain"] = security.i18n_domain.gettext
    # An API call never signs in by Flask-Security's own token.
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]
    app.login_manager.session_protection = None  # type: ignore[attr-defined]
    password_changed.connect_via(app)(_password_changed)
    declare(app, "security.login", Access(is_public=True))
    declare(app, "security.logout", Access(is_public=True))
    declare(app, "security.change_password", Access())


def _password_changed(_app: Flask, user: User, **_extra: Any) -> None:
    service.own_password_changed(user)


__all__ = ["Datastore", "OwnCatalog", "OwnPasswordForm", "SignInForm", "configure", "init_app"]
