"""A stream of a compound file ([MS-CFB]), which holds files like a disk: in sectors, chained by a table."""

import struct
from collections.abc import Sequence
from typing import IO

_SMALL = 4096
"""Streams of fewer bytes lie in sectors of 64 bytes, which together are the root's stream."""
_LAST = 0xFFFFFFF0
"""From here on, a number is no sector."""


def open_stream(file: IO[bytes], names: Sequence[str]) -> bytes:
    """The first stream of one of these names. Raises: KeyError without one; ValueError for chains without end; struct.error."""
    file.seek(0)
    data = file.read()
    sector = 1 << struct.unpack_from("<H", data, 30)[0]
    if sector not in (512, 4096):
        raise ValueError(sector)
    folder, _, _, small, _, more, _ = struct.unpack_from("<7I", data, 48)
    places = [each for each in struct.unpack_from("<109I", data, 76) if each < _LAST]
    for _ in range(len(data) // sector):
        if more >= _LAST:
            break
        *listed, more = struct.unpack_from(f"<{sector // 4}I", data, (more + 1) * sector)
        places += [each for each in listed if each < _LAST]
    disk = memoryview(data)[sector:]
    table = _numbers(b"".join(bytes(disk[place * sector : (place + 1) * sector]) for place in places))
    entries = _entries(_chained(disk, table, folder, sector))
    for name in names:
        if name in entries:
            start, size = entries[name]
            if size >= _SMALL:
                return _chained(disk, table, start, sector)[:size]
            root = memoryview(_chained(disk, table, entries["Root Entry"][0], sector))
            return _chained(root, _numbers(_chained(disk, table, small, sector)), start, 64)[:size]
    raise KeyError(names[0])


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def _chained(disk: memoryview, table: Sequence[int], place: int, sector: int) -> bytes:
    parts: list[memoryview] = []
    while place < _LAST:
        parts.append(disk[place * sector : (place + 1) * sector])
        place = table[place]
        if len(parts) > len(table):
            raise ValueError("a chain without end")
    return b"".join(parts)


def _entries(folder: bytes) -> dict[str, tuple[int, int]]:
    """Name → first sector and size."""
    found: dict[str, tuple[int, int]] = {}
    for at in range(0, len(folder) - 127, 128):
        length = struct.unpack_from("<H", folder, at + 64)[0]
        name = folder[at : at + min(64, max(0, length - 2))].decode("utf-16-le", "replace")
        found.setdefault(name, struct.unpack_from("<II", folder, at + 116))
    return found
