"""One sign-in per role, openly the demonstration's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid5

from eldercare.accounts.rules import Role
from eldercare.accounts.service import password_hash
from eldercare.core import clock
from eldercare.demo.draw import Draw
from eldercare.demo.people import RECORDED_BY

#: Public on purpose: demo accounts are made by `eldercare demo` and by nothing else.
PASSWORD = "demo-2026-eldercare"  # noqa: S105
SPACE = UUID("6f1d1f0a-6a5e-4f0e-9a3e-2b8e0d1f4c11")
Target = Literal["division", "institution", "elder", "other_institution"]


@dataclass(frozen=True)
class SignIn:
    """`place` is a division code for `division`, else the part of the demo it points at."""

    username: str
    name: str
    role: Role
    target: Target = "division"
    place: str = "370200"

    @property
    def user_id(self) -> UUID:
        return uuid5(SPACE, self.username)


SIGN_INS = (
    SignIn("admin", "系统管理员（演示）", Role.ADMINISTRATOR, place="cn"),
    SignIn("operator", "机构经办人（演示）", Role.OPERATOR, "institution"),
    SignIn("operator2", "另一机构经办人（演示）", Role.OPERATOR, "other_institution"),
    SignIn("official", "青岛市民政（演示）", Role.OFFICIAL, place="370200"),
    SignIn("district", "市南区民政（演示）", Role.OFFICIAL, place="370202"),
    SignIn("yantai", "烟台市经办人（演示）", Role.OFFICIAL, place="370600"),
    SignIn("yantai-reviewer", "烟台市复核人（演示）", Role.OFFICIAL, place="370600"),
    SignIn("gansu", "甘肃省经办人（演示）", Role.OFFICIAL, place="620000"),
    SignIn("gansu-reviewer", "甘肃省复核人（演示）", Role.OFFICIAL, place="620000"),
    SignIn("us-official", "State official (demo)", Role.OFFICIAL, place="us"),
    SignIn("community", "社区工作者（演示）", Role.COMMUNITY_WORKER, place="370202"),
    SignIn("assessor", "能力评估师（演示）", Role.ASSESSOR, place="370200"),
    SignIn("inspector", "检查人员（演示）", Role.INSPECTOR, place="370200"),
    SignIn("evaluator", "第三方评估（演示）", Role.EVALUATOR, place="370200"),
    SignIn("family", "家属（演示）", Role.FAMILY, "elder"),
)


def write(draw: Draw, *, division_paths: dict[str, str], targets: dict[Target, tuple[str, str]]) -> None:
    """The accounts with their scopes. `targets`: id and region path of the institution or elder meant."""
    password = password_hash(PASSWORD)
    places = [division_paths[one.place] if one.target == "division" else targets[one.target][1] for one in SIGN_INS]
    draw.put(
        "user_account",
        {
            "id": [str(one.user_id) for one in SIGN_INS],
            "username": [one.username for one in SIGN_INS],
            "display_name": [one.name for one in SIGN_INS],
            "password": password,
            "active": True,
            "must_change_password": False,
            "fs_uniquifier": [uuid5(SPACE, f"session {one.username}").hex for one in SIGN_INS],
            "region_path": places,
            "version": 1,
            "created_at": clock.now(),
            "created_by": RECORDED_BY,
        },
    )
    draw.put(
        "user_scope",
        {
            "id": draw.uuids("scopes", len(SIGN_INS)),
            "user_id": [str(one.user_id) for one in SIGN_INS],
            "role": [one.role.value for one in SIGN_INS],
            "division_path": [
                place if one.target == "division" else None for one, place in zip(SIGN_INS, places, strict=True)
            ],
            "institution_id": [
                targets[one.target][0] if one.target in ("institution", "other_institution") else None
                for one in SIGN_INS
            ],
            "elder_id": [targets[one.target][0] if one.target == "elder" else None for one in SIGN_INS],
            "granted_at": clock.now(),
            "granted_by": RECORDED_BY,
        },
    )
