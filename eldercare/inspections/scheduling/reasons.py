"""Why a task found no visit: codes, and the check that finds the first thing that stood in the way."""

from __future__ import annotations

from .eligible import Eligibility
from .model import Unplaced

WINDOW_OUTSIDE = "window_outside"
NO_WORKING_DAY = "no_working_day"
NO_INSPECTORS = "no_inspectors"
NOT_QUALIFIED = "not_qualified"
NO_LEAD = "no_lead"
CONFLICT = "conflict"
AWAY = "away"
CAPACITY_FULL = "capacity_full"
CODES = (WINDOW_OUTSIDE, NO_WORKING_DAY, NO_INSPECTORS, NOT_QUALIFIED, NO_LEAD, CONFLICT, AWAY, CAPACITY_FULL)


def explain(eligible: Eligibility, t: int) -> Unplaced:
    """The first obstacle in the order calendar, people, papers, conflicts, absence, capacity."""
    task, size = eligible.problem.tasks[t], eligible.problem.team_size
    window = eligible.window(task)

    def because(code: str, **facts: int) -> Unplaced:
        return Unplaced(task.id, code, {"team": size, **facts})

    if task.latest < eligible.problem.first or task.earliest > eligible.problem.last:
        return because(WINDOW_OUTSIDE)
    if not window:
        return because(NO_WORKING_DAY)
    near = [i for i in range(len(eligible.problem.inspectors)) if eligible.in_area(i, task)]
    if len(near) < size:
        return because(NO_INSPECTORS, found=len(near))
    qualified = {i: bits for i in near if (bits := window & eligible.qualified(i, task.needs))}
    if not eligible.staffed_days(qualified):
        if len(qualified) >= size and not any(eligible.problem.inspectors[i].is_lead for i in qualified):
            return because(NO_LEAD, found=len(qualified))
        return because(NOT_QUALIFIED, found=len(qualified))
    clear = {i: bits & ~eligible.conflict(i, task) for i, bits in qualified.items()}
    if not eligible.staffed_days(clear):
        barred = sum(1 for bits in clear.values() if not bits)
        return because(CONFLICT, found=len(qualified), barred=barred)
    present = {i: bits & eligible.free_bits[i] for i, bits in clear.items()}
    if not eligible.staffed_days(present):
        return because(AWAY, found=len(clear), days=window.bit_count())
    return because(CAPACITY_FULL, days=len(eligible.task_days[t]))
