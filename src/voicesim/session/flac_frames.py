"""Which frames of a damaged FLAC file are still good: each carries its number and two checksums of its own.

Format: RFC 9639, sections 8 (metadata) and 9 (frames). Read here, not by a decoder, because decoders stop at the first bad frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_BLOCK_SIZES = {1: 192, **{code: 144 << code for code in range(2, 6)}, **{code: 1 << code for code in range(8, 16)}}


def _table(bits: int, polynomial: int) -> tuple[int, ...]:
    top, mask = 1 << (bits - 1), (1 << bits) - 1
    table = []
    for byte in range(256):
        value = byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & mask
        table.append(value)
    return tuple(table)


_CRC8 = _table(8, 0x07)
_CRC16 = _table(16, 0x8005)


@dataclass(frozen=True)
class StreamInfo:
    """What the file's first block promises."""

    block_size: int
    samples: int
    """0: not said."""
    md5: str
    """Of the samples as 16-bit little-endian, in hexadecimal; all zeros: not said."""


def stream_info(data: bytes) -> StreamInfo | None:
    """The promises of a FLAC file; None when its beginning is damaged."""
    if len(data) < 42 or data[:4] != b"fLaC" or data[4] & 0x7F or int.from_bytes(data[5:8], "big") != 34:
        return None
    body = data[8:42]
    return StreamInfo(
        int.from_bytes(body[2:4], "big"), int.from_bytes(body[13:18], "big") & 0xFFFFFFFFF, body[18:34].hex()
    )


def good_spans(path: Path) -> tuple[tuple[int, int], ...]:
    """The stretches of time whose frames are as they were written: samples, from and to, in order.

    Raises:
        OSError: the file cannot be read.
    """
    data = path.read_bytes()
    info = stream_info(data)
    starts = list(_headers(data))
    block = info.block_size if info else max((size for _, _, size in starts), default=0)
    good: set[tuple[int, int]] = set()
    for index, (start, number, size) in enumerate(starts):
        # A chance likeness of a header inside a frame ends it too soon: then the next few ends are tried.
        ends = [where for where, _, _ in starts[index + 1 : index + 4]]
        if any(_crc16(data, start, end) for end in (*ends, len(data))):
            good.add((number * block, number * block + size))
    spans: list[tuple[int, int]] = []
    for begin, end in sorted(good):
        if spans and spans[-1][1] >= begin:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((begin, end))
    return tuple(spans)


def _headers(data: bytes) -> list[tuple[int, int, int]]:
    """Frame headers whose checksum holds: place in the file, number, samples."""
    found = []
    at = data.find(b"\xff\xf8")
    while at >= 0:
        header = _header(data, at)
        if header is not None:
            found.append((at, *header))
        at = data.find(b"\xff\xf8", at + 1)
    return found


def _header(data: bytes, at: int) -> tuple[int, int] | None:
    """Number and samples of the frame whose header stands here, if one does."""
    if at + 16 > len(data):
        return None
    size_code, rate_code = data[at + 2] >> 4, data[at + 2] & 15
    first = data[at + 4]
    more = 0 if first < 0x80 else 8 - (first ^ 0xFF).bit_length() - 1
    if first >= 0x80 and not 1 <= more <= 6:
        return None
    number = first if not more else first & ((1 << (6 - more)) - 1)
    place = at + 5
    for byte in data[place : place + more]:
        number = number << 6 | byte & 0x3F
    place += more
    size = _BLOCK_SIZES.get(size_code, 0)
    if size_code in (6, 7):
        width = size_code - 5
        size = int.from_bytes(data[place : place + width], "big") + 1
        place += width
    place += {12: 1, 13: 2, 14: 2}.get(rate_code, 0)
    if not size or place >= len(data):
        return None
    crc = 0
    for byte in data[at:place]:
        crc = _CRC8[crc ^ byte]
    return (number, size) if crc == data[place] else None


def _crc16(data: bytes, start: int, end: int) -> bool:
    """Whether the bytes are a frame with its checksum at the end."""
    if end - start < 8:
        return False
    crc = 0
    table = _CRC16
    for byte in data[start : end - 2]:
        crc = (crc << 8 & 0xFFFF) ^ table[crc >> 8 ^ byte]
    return crc == int.from_bytes(data[end - 2 : end], "big")
