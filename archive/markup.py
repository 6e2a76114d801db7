"""The clean HTML of an article as the archive keeps it: deflated (RFC 1951) with its text as dictionary, since it repeats the text."""

import zlib

from archive.errors import StorageError

_RAW = -zlib.MAX_WBITS  # a stream with neither header nor checksum; what was read has a digest of its own

_DAMAGED = "this HTML does not unpack, so it or the text beside it was changed ({}); `congthuong rebuild` reads it again"


def pack(html: str, text: str) -> bytes:
    """`html` in a few hundred bytes, for whoever has `text`."""
    packer = zlib.compressobj(wbits=_RAW, zdict=text.encode())
    return packer.compress(html.encode()) + packer.flush()


def unpack(packed: bytes, text: str) -> str:
    """What `pack` was given. StorageError where `packed` is damaged, or where `text` is another."""
    unpacker = zlib.decompressobj(wbits=_RAW, zdict=text.encode())
    try:
        html = (unpacker.decompress(packed) + unpacker.flush()).decode()
    except (zlib.error, UnicodeDecodeError, TypeError) as error:
        raise StorageError(_DAMAGED.format(error)) from error
    if not unpacker.eof:
        raise StorageError(_DAMAGED.format("it was cut"))
    return html
