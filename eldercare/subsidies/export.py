"""Lines of a run as a CSV file, in blocks, narrowed to what the reader may see."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator, Sequence
from typing import IO, cast

from sqlalchemy import select

from eldercare.audit import service as audit
from eldercare.core.actor import Actor
from eldercare.core.csvfile import escape
from eldercare.core.db import session
from eldercare.core.i18n import gettext as _
from eldercare.core.money import yuan
from eldercare.subsidies import queries, views
from eldercare.subsidies.models import SubsidyLine, SubsidyRun
from eldercare.subsidies.service.runs import pack_of

ROWS_PER_BLOCK = 2_000


def record(actor: Actor, run: SubsidyRun) -> None:
    """Who took the lines out of the system, and when."""
    audit.record(
        action="subsidies.run.lines_exported",
        subject_type="subsidy_run",
        subject_id=run.id,
        after={"lines": run.lines},
        region_path=run.region_path,
        actor=actor,
    )


def lines_file(run: SubsidyRun) -> IO[bytes]:
    """The whole file, on disk when it is large: the page does not hold a transaction while somebody downloads."""
    file = cast(IO[bytes], tempfile.SpooledTemporaryFile(max_size=8 * 1024 * 1024))  # noqa: SIM115 - the answer closes it
    for block in lines_csv(run):
        file.write(block.encode())
    file.seek(0)
    return file


def lines_csv(run: SubsidyRun) -> Iterator[str]:
    """UTF-8 text beginning with the mark that Excel needs. Amounts in yuan with two decimals."""
    titles = views.scheme_titles(pack_of(run))
    yield "\ufeff" + _row(
        [
            _("Number"), _("Person"), _("Name (masked)"), _("Division code"), _("Division"), _("Subsidy scheme"),
            _("Month of origin"), _("Days counted"), _("Amount (yuan)"), _("Assumed"),
        ]
    )  # fmt: skip
    last = -1
    while rows := _after(run, last):
        names = views.persons_of(rows)
        divisions = queries.division_names({row.division for row in rows})
        yield "".join(
            _row(
                [
                    row.number,
                    row.elder_id,
                    names.get(row.elder_id, ""),
                    row.division,
                    divisions.get(row.division, ""),
                    titles[row.scheme],
                    f"{row.origin_month:%Y-%m}",
                    row.days,
                    yuan(row.amount_fen).replace(",", ""),
                    _("yes") if row.assumed else _("no"),
                ]
            )
            for row in rows
        )
        last = rows[-1].number
        session().expunge_all()


def _after(run: SubsidyRun, number: int) -> list[SubsidyLine]:
    statement = select(SubsidyLine).where(SubsidyLine.run_id == run.id, SubsidyLine.number > number)
    return list(session().scalars(statement.order_by(SubsidyLine.number).limit(ROWS_PER_BLOCK)))


def _row(cells: Sequence[object]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerow([escape(str(cell)) for cell in cells])
    return out.getvalue()
