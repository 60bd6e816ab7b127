"""What is wrong with a pack file, and where."""

from __future__ import annotations

from eldercare.core.errors import DomainError
from eldercare.core.i18n import N_


class PackError(DomainError):
    """A pack that must not be used. `file` and `where` (the path inside it) lead to the line, `reason` says why."""

    code = "bad_pack"

    def __init__(self, file: str, where: str, reason: str) -> None:
        super().__init__(N_("%(file)s: %(where)s: %(reason)s"), file=file, where=where or "(top)", reason=reason)
        self.file = file
        self.where = where
        self.reason = reason
