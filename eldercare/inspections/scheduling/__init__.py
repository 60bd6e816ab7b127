"""Scheduling of inspection visits: pure, deterministic, no database.

`plan.schedule(problem)` first picks a day for every task (a transportation model, `days`), then a team for every
day (`teams`); `greedy` always has an answer; `checker` verifies any schedule without using solver code.
"""
