"""What the platform takes as a photo and as a document: size, shape, and whether it is a picture at all."""

import struct

from tests.loopback.body import Upload
from tests.loopback.refusal import Refusal, bad

PHOTO_BYTES, FILE_BYTES = 10 * 1024 * 1024, 50 * 1024 * 1024
SIDES, RATIO = 10_000, 20


def accept(kind: str, upload: Upload) -> None:
    """Refuse what the real platform refuses."""
    if not upload:
        raise bad("file must be non-empty")
    if len(upload) > FILE_BYTES:
        raise Refusal(413, "Request Entity Too Large")
    if kind == "photo":
        _photo(upload)


def _photo(upload: Upload) -> None:
    if len(upload) > PHOTO_BYTES:
        raise bad("file is too big")
    sides = _png(upload) if upload[:8] == b"\x89PNG\r\n\x1a\n" else None
    if sides is None and upload[:3] != b"\xff\xd8\xff":
        raise bad("IMAGE_PROCESS_FAILED")
    if sides is not None and (not all(sides) or sum(sides) > SIDES or max(sides) > RATIO * min(sides)):
        raise bad("PHOTO_INVALID_DIMENSIONS")


def _png(upload: bytes) -> tuple[int, int] | None:
    """Width and height of a whole PNG; None where it is broken off."""
    if upload[12:16] != b"IHDR" or upload[-8:-4] != b"IEND":
        return None
    width, height = struct.unpack(">II", upload[16:24])
    return int(width), int(height)
