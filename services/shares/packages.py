"""Packages: written as one signed zip, and verified with the public key alone."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

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
    described = manifest(dict(files), facts)
    files = {**files, MANIFEST_FILE: described, SIGNATURE_FILE: key.sign(described)}
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as package:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            package.writestr(entry, files[name])
    return written.getvalue()


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
    try:
        with zipfile.ZipFile(path) as package:
            if sum(entry.file_size for entry in package.infolist()) > _LARGEST:
                raise BadInput(f"{path.name} is larger than any package of ours.")
            names = package.namelist()
            files = {name: package.read(name) for name in dict.fromkeys(names)}
    except (OSError, zipfile.BadZipFile, EOFError) as error:
        raise BadInput(f"{path.name} cannot be read as a zip file.") from error
    if MANIFEST_FILE not in files or SIGNATURE_FILE not in files:
        raise BadInput(f"{path.name} has no manifest and signature: it is no package of ours.")
    problems = [f"{name} stands in it twice" for name in {n for n in names if names.count(n) > 1}]
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
    problems += [f"{name} was added" for name in sorted(extra)]
    return Verdict(
        described.get("share"),
        described.get("sessions"),
        len(files),
        tuple(problems),
        described.get("publication"),
    )
