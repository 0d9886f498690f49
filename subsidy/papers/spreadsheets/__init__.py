"""The one reader and writer of spreadsheets: every import comes in, every list goes out here."""

from subsidy.papers.spreadsheets.columns import (
    Column,
    ColumnsError,
    Kind,
    offering,
    sheet_columns,
    sheet_names,
    sheet_title,
)
from subsidy.papers.spreadsheets.export import (
    ExportColumn,
    blank_sheet,
    export_csv,
    export_xlsx,
    guarded,
)
from subsidy.papers.spreadsheets.reading import faults_as_verdicts, read_rows
from subsidy.papers.spreadsheets.shapes import (
    Fault,
    Limits,
    Row,
    Sheet,
    UnreadableFileError,
    Verdict,
)
from subsidy.papers.spreadsheets.verdicts import verdict_copy

__all__ = [
    "Column",
    "ColumnsError",
    "ExportColumn",
    "Fault",
    "Kind",
    "Limits",
    "Row",
    "Sheet",
    "UnreadableFileError",
    "Verdict",
    "blank_sheet",
    "export_csv",
    "export_xlsx",
    "faults_as_verdicts",
    "guarded",
    "offering",
    "read_rows",
    "sheet_columns",
    "sheet_names",
    "sheet_title",
    "verdict_copy",
]
