"""CSV as offices write it: UTF-8 or GBK with or without a mark, formulas escaped, errors that name the line.

Cells that a spreadsheet would run as a formula are written with an apostrophe in front and read without it, so that
a downloaded file can be corrected and uploaded again unchanged.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eldercare.core.errors import Invalid
from eldercare.core.i18n import N_

# With the full-width forms, which Chinese and Japanese spreadsheets take for the same.
_FORMULA = "=+-@\t\r\n＝＋－＠"
MOST_ROWS = 100_000
MOST_COLUMNS = 500
LONGEST_CELL = 10_000
_KINDS_OF_BINARY = ((b"PK\x03\x04", N_("an Excel workbook")), (b"\xd0\xcf\x11\xe0", N_("an old Excel workbook")),
                    (b"%PDF", N_("a PDF document")))  # fmt: skip


@dataclass(frozen=True)
class CsvFile:
    """A file read whole. `lines[i]` is the line of the file on which row i begins (the header is line 1)."""

    encoding: str
    header: list[str]
    rows: list[list[str]]
    lines: list[int]


def read_csv(content: bytes) -> CsvFile:
    """Decode and split. Raises Invalid (field `file`) for anything that is no table of text."""
    encoding, text = decode_text(content)
    if "\x00" in text:
        raise Invalid.one("file", N_("This is not a text file. Save it as CSV (UTF-8 or GBK)."))
    delimiter = _delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    header: list[str] | None = None
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = [cell.strip() for cell in cells]
                continue
            rows.append([unescape(cell) for cell in cells])
            lines.append(line)
            if len(rows) > MOST_ROWS:
                raise Invalid.one("file", N_("The file has more than %(most)s rows. Split it."), most=MOST_ROWS)
    except csv.Error as error:
        raise Invalid.one(
            "file", N_("Line %(line)s is not proper CSV (%(reason)s)."), line=reader.line_num, reason=str(error)
        ) from None
    if header is None:
        raise Invalid.one("file", N_("The file is empty."))
    if len(header) > MOST_COLUMNS:
        raise Invalid.one("file", N_("The file has more than %(most)s columns."), most=MOST_COLUMNS)
    return CsvFile(encoding, header, rows, lines)


def decode_text(content: bytes) -> tuple[str, str]:
    """`(encoding, text)`: a byte order mark decides, then UTF-8, then GBK and GB18030."""
    for magic, name in _KINDS_OF_BINARY:
        if content.startswith(magic):
            raise Invalid.one("file", N_("This is %(kind)s. Save it as CSV and try again."), kind=name)
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig", _strict(content, "utf-8-sig")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", _strict(content, "utf-16")
    if b"\x00" in content:
        raise Invalid.one("file", N_("This is not a text file. Save it as CSV (UTF-8 or GBK)."))
    try:
        return "utf-8", content.decode("utf-8")
    except UnicodeDecodeError as error:
        if sum(byte >= 0x80 for byte in content[: error.start]) >= 6:  # it was UTF-8 up to here: damaged, not GBK
            raise _undecodable(content, error, "UTF-8") from None
    try:
        return "gbk", content.decode("gbk")
    except UnicodeDecodeError:
        return "gb18030", _strict(content, "gb18030")


def _strict(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise _undecodable(content, error, encoding.upper()) from None


def _undecodable(content: bytes, error: UnicodeDecodeError, encoding: str) -> Invalid:
    line = content[: error.start].count(b"\n") + 1
    return Invalid.one(
        "file",
        N_("Line %(line)s is not valid %(encoding)s text. Save the file as CSV in UTF-8 or GBK."),
        line=line,
        encoding=encoding,
    )


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max((",", "\t", ";"), key=first.count)


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A file that Excel opens right: UTF-8 with its mark, formulas escaped."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([escape(name) for name in header])
    for row in rows:
        writer.writerow(["" if cell is None else escape(str(cell)) for cell in row])
    return codecs.BOM_UTF8 + out.getvalue().encode("utf-8")


def escape(cell: str) -> str:
    """A cell that no spreadsheet runs as a formula."""
    return "'" + cell if cell[:1] and cell[0] in _FORMULA + "'" else cell


def unescape(cell: str) -> str:
    """The cell as it was before `escape`."""
    return cell[1:] if len(cell) > 1 and cell[0] == "'" and cell[1] in _FORMULA + "'" else cell
