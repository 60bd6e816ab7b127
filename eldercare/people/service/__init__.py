"""What people do with elders' files. The actor comes first; nothing here commits."""

from eldercare.people.service.elders import NewElder, edit_elder, register
from eldercare.people.service.facts import record_death, set_fact, withdraw_fact
from eldercare.people.service.grants import end_grant, grant_family, grant_stay, grant_task
from eldercare.people.service.keys import reencrypt_batch
from eldercare.people.service.reveal import Revealed, reveal

__all__ = [
    "NewElder",
    "Revealed",
    "edit_elder",
    "end_grant",
    "grant_family",
    "grant_stay",
    "grant_task",
    "record_death",
    "reencrypt_batch",
    "register",
    "reveal",
    "set_fact",
    "withdraw_fact",
]
