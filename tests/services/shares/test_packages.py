"""A package altered in any way is found out, with the public key alone and nothing unpacked."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from typer.testing import CliRunner

from domain.errors import BadInput
from jobs.release_commands import app
from services.shares.packages import Verdict, verify_package, write_package

KEY = Ed25519PrivateKey.generate()
PUBLIC = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
PACKAGE = write_package([], {"share": 7, "sessions": 0, "purpose": "A study of crafts"}, KEY)


def files_of(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as held:
        return {name: held.read(name) for name in held.namelist()}


def ours(files: dict[str, bytes]) -> list[tuple[str, bytes]]:
    """In the order in which ours are written."""
    return sorted(files.items(), key=lambda each: (each[0].startswith("manifest."), each[0]))


def zipped(files: list[tuple[str, bytes]], packed: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip as ours are written, of whatever files."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as package:
        for name, content in files:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_STORED if name.startswith("manifest.") else packed
            entry.external_attr = 0o600 << 16
            package.writestr(entry, content)
    return written.getvalue()


def verdict(directory: Path, package: bytes) -> Verdict:
    path = directory / "package.zip"
    path.write_bytes(package)
    return verify_package(path, PUBLIC)


def test_a_package_as_it_left_has_no_problem(tmp_path: Path) -> None:
    assert verdict(tmp_path, PACKAGE) == Verdict(7, 0, 5, ())
    assert zipped(ours(files_of(PACKAGE))) == PACKAGE


def passes(directory: Path, package: bytes) -> bool:
    """Whether a package is taken for one of ours: it is read as a zip, and has no problem."""
    try:
        return not verdict(directory, package).problems
    except BadInput:
        return False


@pytest.mark.parametrize("flip", [0xFF, 0x01, 0x80])
def test_whatever_byte_is_altered_it_is_found_out(tmp_path: Path, flip: int) -> None:
    assert passes(tmp_path, PACKAGE)
    for place in range(len(PACKAGE)):
        altered = bytearray(PACKAGE)
        altered[place] ^= flip
        assert not passes(tmp_path, bytes(altered)), place


@pytest.mark.parametrize("cut", [1, 22, 100])
def test_a_package_cut_short_or_longer_is_found_out(tmp_path: Path, cut: int) -> None:
    with pytest.raises(BadInput):
        verdict(tmp_path, PACKAGE[:-cut])
    for longer in (PACKAGE + b"x" * cut, b"x" * cut + PACKAGE):
        assert not passes(tmp_path, longer)


def test_files_in_another_order_are_told_apart_from_what_left(tmp_path: Path) -> None:
    (problem,) = verdict(tmp_path, zipped(ours(files_of(PACKAGE))[::-1])).problems
    assert problem == "the zip around the files was altered, though the files are as they left"
    stored = zipped(ours(files_of(PACKAGE)), zipfile.ZIP_STORED)
    assert verdict(tmp_path, stored).problems == (problem,)


@pytest.mark.parametrize(
    "name", ["../evil.sh", "/etc/passwd", "..\\evil.bat", "C:/evil.bat", "a/../../evil"]
)
def test_a_name_that_leads_out_of_the_folder_is_named_and_nothing_is_written(
    tmp_path: Path, name: str
) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    problems = verdict(inner, zipped([*ours(files_of(PACKAGE)), (name, b"x")])).problems
    assert any("outside the folder" in each for each in problems)
    assert any("was added" in each for each in problems)
    assert [each.name for each in inner.iterdir()] == ["package.zip"]
    assert [each.name for each in tmp_path.iterdir()] == ["inner"]


def test_a_name_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    problems = verdict(
        tmp_path, zipped([*ours(files_of(PACKAGE)), ("\x1b[2Jall is well", b"x")])
    ).problems
    assert problems
    assert all(each.isprintable() for each in problems)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_one_file_twice_is_named(tmp_path: Path) -> None:
    files = ours(files_of(PACKAGE))
    problems = verdict(tmp_path, zipped([*files, ("turns.csv", b"others")])).problems
    assert "turns.csv stands in it twice" in problems
    assert "turns.csv was altered" in problems


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sessions.jsonl", "sessions.jsonl was altered"),
        ("turns.csv", "turns.csv was altered"),
        ("TERMS.txt", "TERMS.txt was altered"),
        ("manifest.json", "the signature is not of this manifest by this key"),
        ("manifest.sig", "the signature is not of this manifest by this key"),
    ],
)
def test_each_altered_file_is_named_by_the_command(tmp_path: Path, name: str, said: str) -> None:
    files = files_of(PACKAGE)
    altered = bytes([files[name][0] ^ 1]) + files[name][1:] if files[name] else b"x"
    path, key = tmp_path / "package.zip", tmp_path / "key.pem"
    key.write_bytes(PUBLIC)
    path.write_bytes(zipped(ours({**files, name: altered})))
    ran = CliRunner().invoke(app, ["verify", str(path), "--key", str(key)])
    assert ran.exit_code == 1
    assert f"package.zip: {said}." in ran.stderr


def test_a_manifest_signed_by_another_key_or_with_other_digests_is_no_package(
    tmp_path: Path,
) -> None:
    other = write_package([], {"share": 7, "sessions": 0}, Ed25519PrivateKey.generate())
    assert verdict(tmp_path, other).problems == (
        "the signature is not of this manifest by this key",
    )
    # Somebody alters a file and writes the manifest to fit, but has no key to sign it with.
    files = files_of(PACKAGE)
    described = json.loads(files["manifest.json"])
    described["files"]["turns.csv"]["sha256"] = "0" * 64
    files["manifest.json"] = json.dumps(described).encode()
    assert verdict(tmp_path, zipped(ours(files))).problems == (
        "the signature is not of this manifest by this key",
    )


def test_a_zip_that_unpacks_to_far_more_than_it_says_is_not_unpacked(tmp_path: Path) -> None:
    bomb = bytearray(zipped([("manifest.json", b"0" * 10_000_000), ("manifest.sig", b"x")]))
    # The listing claims sizes of one byte.
    at = bytes(bomb).index(b"PK\x01\x02")
    struct.pack_into("<L", bomb, at + 24, 1)
    with pytest.raises(BadInput):
        verdict(tmp_path, bytes(bomb))
