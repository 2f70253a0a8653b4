"""A real picture of any size for tests, a few dozen bytes long."""

import struct
import zlib

from handlers.papers import Paper


def png(width: int = 2, height: int = 2) -> bytes:
    """A whole black-and-white PNG."""
    row = b"\0" + b"\xaa" * ((width + 7) // 8)
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(row * height)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in parts)


async def drawn(name: str) -> Paper | None:
    """Stands for the printer where any picture will do."""
    return Paper(f"{name}.png", "image/png", b"png-" + name.encode())
