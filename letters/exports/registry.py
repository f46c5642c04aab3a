"""What can be exported, and as what."""

from __future__ import annotations

from letters.exports.base import Export
from letters.exports.counts import SignatoryCounts
from letters.exports.csv_file import CsvFile
from letters.exports.formats import Format
from letters.exports.json_file import JsonFile
from letters.exports.ods_file import OdsFile
from letters.exports.xlsx_file import XlsxFile

EXPORTS: tuple[type[Export], ...] = (SignatoryCounts,)
FORMATS: dict[str, Format] = {
    format.identifier: format for format in (CsvFile(), XlsxFile(), OdsFile(), JsonFile())
}
