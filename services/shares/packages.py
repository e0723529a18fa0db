"""Packages: written as one signed zip, and verified with the public key alone."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from domain.digests import Json
from domain.errors import BadInput
from domain.shares.package import (
    FORMAT,
    MANIFEST_FILE,
    SESSIONS_FILE,
    SIGNATURE_FILE,
    TERMS,
    TERMS_FILE,
    TURNS_FILE,
    manifest,
    turns_csv,
)
from services.shares.assembling import AssembledSession

#: The same for every file of every package: a zip's own times would say when it was made.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
#: How a zip lays out a file, its listing and its end (APPNOTE 4.3.7, 4.3.12, 4.3.16).
_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s2B5H3L5H2L")
_END = struct.Struct("<4s4H2LH")
#: 1 January 1980 as a zip writes it.
_FIRST_DAY = 0x21
#: More than a thousand of the longest interviews; a larger file is not one of ours.
_LARGEST = 1 << 30


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verification found: ``problems`` is empty when the package is as it was signed.

    ``share`` and ``sessions`` are of a share, ``publication`` of a published aggregate.
    """

    share: int | None
    sessions: int | None
    files: int
    problems: tuple[str, ...]
    publication: int | None = None


def write_package(
    made: Sequence[AssembledSession], facts: dict[str, Json], key: Ed25519PrivateKey
) -> bytes:
    """The zip that leaves: the data in two forms, the terms, the manifest and its signature.

    The same content, facts and key give the same bytes.
    """
    files = {
        SESSIONS_FILE: b"".join(each.line for each in made),
        TURNS_FILE: turns_csv((each.pseudonym, each.turns) for each in made),
        TERMS_FILE: TERMS.encode(),
    }
    return seal(files, facts, key)


def seal(files: Mapping[str, bytes], facts: dict[str, Json], key: Ed25519PrivateKey) -> bytes:
    """Files of any package with their manifest and its signature, as one zip.

    The same files, facts and key give the same bytes.
    """
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name in sorted(files):
            package.writestr(_entry(name, zipfile.ZIP_DEFLATED), files[name])
        packed = {
            entry.filename: _packed(entry, written.getbuffer()) for entry in package.infolist()
        }
        described = manifest(dict(files), facts, packed)
        # As they are: nothing signs how these two are packed.
        package.writestr(_entry(MANIFEST_FILE, zipfile.ZIP_STORED), described)
        package.writestr(_entry(SIGNATURE_FILE, zipfile.ZIP_STORED), key.sign(described))
    return written.getvalue()


def _entry(name: str, packing: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _NO_TIME)
    entry.compress_type = packing
    entry.external_attr = 0o600 << 16
    return entry


def _packed(entry: zipfile.ZipInfo, written: bytes | memoryview) -> bytes:
    """A file as it lies packed in the zip."""
    begin = entry.header_offset + _LOCAL.size + len(entry.filename.encode())
    return bytes(written[begin : begin + entry.compress_size])


def verify_package(path: Path, public_key: bytes) -> Verdict:
    """Check a package against a public key (PEM): signature, then size and digest of each file.

    Raises
    ------
    BadInput
        When the key is no Ed25519 public key, or the file is no package at all.
    """
    try:
        key = load_pem_public_key(public_key)
    except ValueError as error:
        raise BadInput("The key file holds no public key in PEM form.") from error
    if not isinstance(key, Ed25519PublicKey):
        raise BadInput("The key is not an Ed25519 key; packages are signed with one.")
    names, files, packed = _read(path)
    if MANIFEST_FILE not in files or SIGNATURE_FILE not in files:
        raise BadInput(f"{path.name} has no manifest and signature: it is no package of ours.")
    problems = [
        f"{_shown(name)} stands in it twice"
        for name in sorted({n for n in names if names.count(n) > 1})
    ]
    problems += [
        f"{_shown(name)} would be written outside the folder it is opened in"
        for name in sorted(files)
        if _leads_out(name)
    ]
    try:
        key.verify(files[SIGNATURE_FILE], files[MANIFEST_FILE])
    except InvalidSignature:
        # Nothing in an unsigned manifest is worth comparing with.
        problems.append("the signature is not of this manifest by this key")
        return Verdict(None, None, len(files), tuple(problems))
    described = json.loads(files[MANIFEST_FILE])
    if described.get("format") != FORMAT:
        problems.append(f"its format is not {FORMAT}")
    listed = described.get("files", {})
    for name, told in sorted(listed.items()):
        if name not in files:
            problems.append(f"{name} is missing")
        elif hashlib.sha256(files[name]).hexdigest() != told["sha256"]:
            problems.append(f"{name} was altered")
    extra = set(files) - set(listed) - {MANIFEST_FILE, SIGNATURE_FILE}
    problems += [f"{_shown(name)} was added" for name in sorted(extra)]
    if not problems and not _is_as_written(packed, listed):
        problems.append("the zip around the files was altered, though the files are as they left")
    return Verdict(
        described.get("share"),
        described.get("sessions"),
        len(files),
        tuple(problems),
        described.get("publication"),
    )


@dataclass(frozen=True, slots=True)
class _Zip:
    """A zip as it came: all its bytes, and what it lists."""

    written: bytes
    entries: tuple[zipfile.ZipInfo, ...]


def _read(path: Path) -> tuple[list[str], dict[str, bytes], _Zip]:
    """The names and the files of a zip, and the zip itself; nothing is written anywhere."""
    try:
        written = path.read_bytes() if path.stat().st_size <= _LARGEST else b""
        with zipfile.ZipFile(io.BytesIO(written)) as package:
            entries = package.infolist()
            if sum(entry.file_size for entry in entries) > _LARGEST:
                raise BadInput(f"{path.name} is larger than any package of ours.")
            names = [entry.filename for entry in entries]
            files = {name: package.read(name) for name in dict.fromkeys(names)}
    except (OSError, zipfile.BadZipFile, EOFError, zlib.error, ValueError) as error:
        raise BadInput(f"{path.name} cannot be read as a zip file.") from error
    except (RuntimeError, NotImplementedError) as error:
        raise BadInput(f"{path.name} holds a file that is packed as ours never are.") from error
    return names, files, _Zip(written, tuple(entries))


def _is_as_written(held: _Zip, listed: Mapping[str, Any]) -> bool:
    """Whether the zip is byte for byte as :func:`write_package` writes it around its files.

    The signature covers the manifest, and that the files and how each is packed; this covers
    their order, times and whatever else a zip can carry.
    """
    local, central = b"", b""
    for entry in sorted(held.entries, key=_order):
        signed = entry.filename in listed
        packed = _packed(entry, held.written)
        if signed and hashlib.sha256(packed).hexdigest() != listed[entry.filename]["packed_sha256"]:
            return False
        name = entry.filename.encode()
        facts = (
            *(20, 0, zipfile.ZIP_DEFLATED if signed else zipfile.ZIP_STORED, 0, _FIRST_DAY),
            *(entry.CRC, entry.compress_size, entry.file_size, len(name), 0),
        )
        beside = (0, 0, 0, 0o600 << 16, len(local))
        central += _CENTRAL.pack(b"PK\x01\x02", 20, 3, *facts, *beside) + name
        local += _LOCAL.pack(b"PK\x03\x04", *facts) + name + packed
    count = len(held.entries)
    end = _END.pack(b"PK\x05\x06", 0, 0, count, count, len(central), len(local), 0)
    return held.written == local + central + end


def _order(entry: zipfile.ZipInfo) -> tuple[bool, str]:
    """The data by name, then the manifest that describes it and its signature."""
    return entry.filename in (MANIFEST_FILE, SIGNATURE_FILE), entry.filename


def _leads_out(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or ":" in parts[0]


def _shown(name: str) -> str:
    """A stranger's name of a file, so that a terminal prints it and does nothing else."""
    return name if name.isprintable() else repr(name)
