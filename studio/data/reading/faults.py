"""Which cells of a sheet hold an error, as #DIV/0!, which the compiled reader shows as nothing: found in the file itself."""

import posixpath
import struct
import zipfile
from typing import IO
from xml.etree import ElementTree
from xml.parsers import expat

from studio.data.reading.compound import open_stream
from studio.data.reading.faults_binary import faults_of_xls, faults_of_xlsb, target_in_xlsb
from studio.data.reading.faults_xml import Faults, faults_of_ods, faults_of_xlsx

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
UNKNOWN = (KeyError, IndexError, ValueError, struct.error, ElementTree.ParseError, expat.ExpatError)
"""What a workbook of another shape than expected, or a damaged one, raises."""


def find_faults(file: IO[bytes], sheet: str, faulty: frozenset[str], height: int, width: int) -> Faults | None:
    """The errors in the cells of a sheet, within its size; None where that cannot be told.

    `faulty` are the parts of a zipped workbook that may have any.
    """
    try:
        if not zipfile.is_zipfile(file):
            return faults_of_xls(open_stream(file, ("Workbook", "Book")), sheet)
        if not faulty:
            return {}
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
            if "content.xml" in names:
                with archive.open("content.xml") as source:
                    return faults_of_ods(source, sheet, height, width)
            part = part_of(archive, sheet, is_binary="xl/workbook.bin" in names)
            if part not in faulty:
                return {} if part in names else None
            with archive.open(part) as source:
                return faults_of_xlsb(source.read()) if part.endswith(".bin") else faults_of_xlsx(source)
    except UNKNOWN:
        return None


def part_of(archive: zipfile.ZipFile, sheet: str, *, is_binary: bool) -> str:
    """The name of the part with this sheet. Raises: KeyError where the workbook does not say it."""
    if is_binary:
        relation = target_in_xlsb(archive.read("xl/workbook.bin"), sheet)
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.bin.rels"))
    else:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        named = (each for each in book.iter() if each.tag.rpartition("}")[2] == "sheet" and each.get("name") == sheet)
        relation = next((each.get(_RELATION, "") for each in named), "")
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = {each.get("Id"): each.get("Target", "") for each in links.iter()}[relation]
    return posixpath.normpath(posixpath.join("/xl", target)).lstrip("/")
