"""Bytes -> characters: strict trials, no guesses. UTF-8 first, or what a byte order mark says, then Windows-1252."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from audit.owndata.reading.base import BLOCK
from audit.schema.errors import mistake

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
MAGIC = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive. Name a workbook .xlsx; unpack an archive"),
    (b"PAR1", "a Parquet file. Name it .parquet"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls) or an encrypted one. Save it as .xlsx without a password"),
    (b"\x1f\x8b", "a gzip archive. Unpack it first"),
    (b"BZh", "a bzip2 archive. Unpack it first"),
    (b"\xfd7zXZ", "an xz archive. Unpack it first"),
    (b"%PDF", "a PDF. Export the table it shows as CSV"),
    (b"\x89PNG", "a picture. Export the table it shows as CSV"),
    (b"\xff\xd8\xff", "a picture. Export the table it shows as CSV"),
    (b"{\\rtf", "a word processor's document. Export the table it shows as CSV"),
    (b"<!doctype html", "a web page, perhaps one that asks to sign in. Download the file itself"),
    (b"<html", "a web page, perhaps one that asks to sign in. Download the file itself"),
    (b"version https://git-lfs", "a pointer of Git LFS to the file. Fetch the file itself with: git lfs pull"),
)
"""How other kinds of file begin, in lower case where case does not count."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a text file is read."""

    encoding: str
    digest: str
    """SHA-256 of its bytes."""
    note: str = ""
    """Why it is not UTF-8, for the person who made it."""


def find_encoding(path: Path, chosen: str = "") -> Decoding:
    """Read a file once to know how it is encoded.

    Args:
        path: a text file.
        chosen: what the user says; then nothing else is tried.

    Raises:
        CaveatError: when it is empty, another kind of file, or in none of the encodings tried.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise mistake(path, "the file is empty. It needs a heading with the names of the columns, and rows")
    for magic, kind in MAGIC:
        if head.startswith(magic) or head[: len(magic)].lower() == magic:
            raise mistake(path, f"is no table but {kind}")
    if chosen:
        return _chosen(path, chosen)
    encoding = next((name for mark, name in MARKS if head.startswith(mark)), "")
    if encoding:
        digest, bad = _trial(path, encoding)
        if bad:
            raise mistake(path, f"begins as {encoding} but {bad}. It is damaged: export it again")
        return Decoding(encoding, digest)
    _check_nul(path, head)
    digest, bad = _trial(path, "utf-8")
    if not bad:
        return Decoding("utf-8", digest)
    digest, worse = _trial(path, "cp1252")
    if worse:
        raise mistake(
            path,
            f"is neither UTF-8 ({bad}) nor Windows-1252 ({worse}). Save it as UTF-8, or name its encoding with "
            "--encoding, such as shift_jis or mac_roman",
        )
    note = f"Read as Windows-1252, because it is not UTF-8 ({bad}). If letters with accents look wrong, say --encoding."
    return Decoding("cp1252", digest, note)


def _chosen(path: Path, chosen: str) -> Decoding:
    try:
        name = codecs.lookup(chosen).name
        "".encode(name)
    except (LookupError, ValueError):
        raise mistake(
            path, f"no encoding {chosen!r} for --encoding. Such as: utf-8, utf-16, cp1252, latin-1, mac_roman"
        ) from None
    digest, bad = _trial(path, name)
    if bad:
        raise mistake(path, f"is not {chosen} ({bad}). Leave --encoding out to have it found, or name another")
    return Decoding(name, digest)


def _check_nul(path: Path, head: bytes) -> None:
    nul = head.count(0)
    if nul > len(head) // 4:
        even = head[::2].count(0) > head[1::2].count(0)
        raise mistake(
            path,
            "looks like UTF-16 without a byte order mark. Save it as UTF-8, or add "
            f"--encoding {'utf-16-be' if even else 'utf-16-le'}",
        )


def _trial(path: Path, encoding: str) -> tuple[str, str]:
    """Decode a whole file in blocks; the second value says what went wrong, "" when nothing did."""
    sha = sha256()
    lines = 0
    decoder = codecs.getincrementaldecoder(encoding)(errors="strict")
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            sha.update(block)
            try:
                lines += decoder.decode(block).count("\n")
            except UnicodeDecodeError as error:
                line = lines + error.object[: error.start].count(b"\n") + 1
                return "", f"byte 0x{error.object[error.start]:02x} in line {line:,}"
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "", "it ends in the middle of a character"
    return sha.hexdigest(), ""
