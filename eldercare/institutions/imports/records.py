"""From the rows of a file to records: every cell read, every problem named with row and column. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from eldercare.core.csvfile import LONGEST_CELL, CsvFile
from eldercare.core.errors import Invalid, Problem
from eldercare.core.i18n import N_, gettext
from eldercare.institutions.imports.cells import READERS, Wrong, raw_text, translated
from eldercare.institutions.imports.mapping import TARGETS, Cell, Mapping

#: Heads of the column that we add to a file of refused rows; it is dropped when the file comes back.
REASON_COLUMNS = ("拒绝原因", "Reason for refusal")


@dataclass
class Record:
    """One row: what it states (an empty cell states nothing), and what is wrong or odd about it."""

    number: int
    cells: list[str]
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    @property
    def name(self) -> str:
        return str(self.values.get("name", ""))[:200]


def without_reasons(file: CsvFile) -> CsvFile:
    """The file without the column of reasons that we had added."""
    drop = [i for i, name in enumerate(file.header) if name in REASON_COLUMNS]
    if not drop:
        return file
    kept = [i for i in range(len(file.header)) if i not in drop]
    rows = [[row[i] for i in kept if i < len(row)] + row[len(file.header) :] for row in file.rows]
    return CsvFile(file.encoding, [file.header[i] for i in kept], rows, file.lines)


def check_header(header: Sequence[str], mapping: Mapping) -> None:
    """Raises Invalid naming each column that is missing, unknown, empty or there twice."""
    problems: list[Problem] = []
    known = set(mapping.columns()) | mapping.ignored
    for place, name in enumerate(header, start=1):
        if not name:
            problems.append(Problem("file", N_("Column %(place)s has no name."), {"place": place}))
        elif list(header).index(name) != place - 1:
            problems.append(Problem("file", N_("The column “%(name)s” stands twice."), {"name": name[:60]}))
        elif name not in known and not mapping.ignore_others:
            problems.append(
                Problem("file", N_("The column “%(name)s” is not known to this mapping."), {"name": name[:60]})
            )
    missing = [name for name in mapping.needed_columns() if name not in header]
    problems += [Problem("file", N_("The column “%(name)s” is missing."), {"name": name}) for name in missing]
    if problems:
        raise Invalid(problems)


def read_records(file: CsvFile, mapping: Mapping, as_of: date, today: date) -> list[Record]:
    """`as_of`: the day the figures hold for, where the file has no such column or cell."""
    check_header(file.header, mapping)
    if not file.rows:
        raise Invalid.one("file", N_("The file has a header but no rows."))
    records = [_record(number, row, file.header, mapping) for number, row in enumerate(file.rows, start=1)]
    for record in records:
        record.values.setdefault("as_of", as_of)
        if not record.problems:
            _check_together(record, mapping, today)
    _refuse_twins(records)
    return records


def _record(number: int, cells: list[str], header: Sequence[str], mapping: Mapping) -> Record:
    record = Record(number, cells)
    if len(cells) != len(header):
        problem = N_("The row has %(count)s cells, the header %(columns)s.")
        record.problems.append(Problem("row", problem, {"count": len(cells), "columns": len(header)}, number))
    row = dict(zip(header, cells, strict=False))
    for target, cell in mapping.cells.items():
        _read(record, target, cell, row)
    if not {"number", "uscc"} & record.values.keys():
        names = [name for target in ("uscc", "number") if target in mapping.cells
                 for name in mapping.cells[target].columns]  # fmt: skip
        if not any(problem.field in names for problem in record.problems):
            problem = N_("Give %(names)s, by which the institution is known again.")
            record.problems.append(Problem(names[0], problem, {"names": " / ".join(names)}, number))
    return record


def _read(record: Record, target: str, cell: Cell, row: dict[str, str]) -> None:
    column = " + ".join(cell.columns) or target
    text = raw_text(cell, row)
    if not text:
        if cell.required:
            record.problems.append(Problem(column, N_("This is required."), {}, record.number))
        return
    try:
        if len(text) > LONGEST_CELL:
            raise Wrong(N_("This has %(count)s characters; at most %(most)s are taken."),
                        count=len(text), most=LONGEST_CELL)  # fmt: skip
        record.values[target] = READERS[TARGETS[target]](translated(cell, text, target), target)
    except Wrong as wrong:
        problem = Problem(column, wrong.msgid, wrong.params, record.number)
        if problem not in record.problems:  # a column that two facts are read from is refused once
            record.problems.append(problem)


_BEDS_AND_RESIDENTS = (
    ("licensed_beds", "residents"),
    ("nursing_beds", "nursing_residents"),
    ("ordinary_beds", "ordinary_residents"),
)


def _check_together(record: Record, mapping: Mapping, today: date) -> None:
    """What single cells cannot show: contradictions are refused, oddities kept with a warning."""
    values, as_of = record.values, record.values["as_of"]

    def told(target: str, msgid: str, **params: Any) -> Problem:
        column = " + ".join(mapping.cells[target].columns) if target in mapping.cells else target
        return Problem(column, msgid, params, record.number)

    record.problems += [
        told(target, msgid, **params) for target, msgid, params in _contradictions(values, as_of, today)
    ]
    for beds, residents in _BEDS_AND_RESIDENTS:
        if beds in values and residents in values and values[residents] > values[beds]:
            odd = told(residents, N_("%(residents)s residents are more than %(beds)s beds; kept as reported."),
                       residents=str(values[residents]), beds=values[beds])  # fmt: skip
            if odd.field not in {warning.field for warning in record.warnings}:
                record.warnings.append(odd)
    if values.get("nursing_beds", 0) > values.get("licensed_beds", values.get("nursing_beds", 0)):
        record.warnings.append(told("nursing_beds", N_("There are more nursing beds than beds; kept as reported.")))


def _contradictions(values: dict[str, Any], as_of: date, today: date) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(fact, message, values) of what cannot be true together."""
    low, high = values.get("price_low_fen"), values.get("price_high_fen")
    if low is not None and high is not None and low > high:
        yield "price_high_fen", N_("The highest price is below the lowest."), {}
    rated, until = values.get("rated_on"), values.get("rated_until")
    if rated is not None and until is not None and until <= rated:
        yield "rated_until", N_("The rating ends before it begins."), {}
    if values.get("rating_footnote") and values.get("stars") is not None:
        yield "stars", N_("The row has stars and a footnote that withholds them."), {}
    if as_of > today:
        yield "as_of", N_("The day of the figures lies in the future."), {}
    inspected = values.get("last_inspected_on")
    if inspected is not None and inspected > as_of:
        yield (
            "last_inspected_on",
            N_("The inspection lies after the day of the figures (%(day)s)."),
            {"day": as_of.isoformat()},
        )


def _refuse_twins(records: Sequence[Record]) -> None:
    """The second row of the same institution is refused: which one counts is not ours to guess."""
    for target in ("number", "uscc"):
        first: dict[str, int] = {}
        for record in records:
            key = record.values.get(target)
            if key is None:
                continue
            if key in first:
                problem = N_("Row %(first)s has the same %(value)s.")
                record.problems.append(Problem(target, problem, {"first": first[key], "value": key}, record.number))
            else:
                first[key] = record.number


def occupied_beds(residents: Decimal) -> int:
    """Beds occupied on an average day: the average rounded half up."""
    return int(residents.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def kept(problem: Problem) -> dict[str, Any]:
    """A problem as JSON keeps it, to be told in the reader's language later."""
    params = {name: str(value) for name, value in problem.params.items()}
    return {"field": problem.field, "msgid": problem.msgid, "params": params}


def reason_of(problem: dict[str, Any]) -> str:
    """A kept problem as a sentence in the reader's language: `床位数: ...`."""
    return f"{problem['field']}: {gettext(problem['msgid'], **problem['params'])}"
