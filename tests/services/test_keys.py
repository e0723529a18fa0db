"""Keys: configured or generated once, refused when unfit, told to nobody."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import SecretStr

from data_access.encryption import IdentityCipher
from data_access.identity import KnownAccount
from domain.errors import ClearanceError
from services.keys import checkpoint_key, cookie_secret, identity_keys, new_signing_key
from settings import Settings


def test_generated_keys_are_made_once_and_for_their_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        made = {keys[0] for keys in pool.map(identity_keys, [settings] * 8)}
    assert len(made) == 1
    assert identity_keys(settings) == [*made]
    assert len(cookie_secret(settings)) == 64
    assert checkpoint_key(settings).private_bytes_raw() == (
        checkpoint_key(settings).private_bytes_raw()
    )
    held = sorted(path.name for path in (tmp_path / "keys").iterdir())
    assert held == ["checkpoint.pem", "cookie.secret", "identity.key"]
    for path in (tmp_path / "keys").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700


@pytest.mark.parametrize("ask", [identity_keys, checkpoint_key, cookie_secret])
def test_production_generates_no_key(ask: object, tmp_path: Path) -> None:
    assert callable(ask)
    with pytest.raises(ClearanceError, match="Production needs CLEARANCE_"):
        ask(Settings(data_dir=tmp_path, environment="production"))
    assert not (tmp_path / "keys").exists()


def test_unfit_keys_are_refused_without_being_repeated(tmp_path: Path) -> None:
    other = generate_private_key(SECP256R1()).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    for held, says in (("nonsense-key", "not a private key"), (other.decode(), "Ed25519")):
        with pytest.raises(ClearanceError, match=says) as refused:
            checkpoint_key(Settings(data_dir=tmp_path, checkpoint_key=SecretStr(held)))
        assert held not in str(refused.value)
    with pytest.raises(ClearanceError, match="too short") as refused:
        cookie_secret(Settings(data_dir=tmp_path, cookie_secret=SecretStr("a" * 63)))
    assert "a" * 63 not in str(refused.value)
    for keys in ([], ["nonsense"], [Fernet.generate_key().decode(), "nonsense"]):
        with pytest.raises(ClearanceError, match="Fernet"):
            IdentityCipher(keys)


def test_a_configured_key_is_taken_as_it_is(tmp_path: Path) -> None:
    pem, one, two = new_signing_key(), Fernet.generate_key(), Fernet.generate_key()
    settings = Settings(
        data_dir=tmp_path,
        checkpoint_key=SecretStr(pem),
        identity_keys=SecretStr(f"{one.decode()}, {two.decode()},"),
    )
    assert checkpoint_key(settings).public_key()
    assert [key.strip() for key in identity_keys(settings)] == [one.decode(), two.decode()]
    assert not (tmp_path / "keys").exists()


def test_a_new_key_encrypts_and_the_old_ones_still_read_and_recognise() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    before, after = IdentityCipher([old]), IdentityCipher([new, old])
    written = before.encrypt("Ada Byron")
    assert b"Ada" not in written
    assert after.decrypt(written) == "Ada Byron"
    assert IdentityCipher([new]).decrypt(after.encrypt("Ada Byron")) == "Ada Byron"
    assert before.account_digest("acc-1") == after.account_digest("acc-1")
    assert before.account_digest("acc-1") != before.account_digest("acc-2")
    assert IdentityCipher([new]).account_digest("acc-1") != before.account_digest("acc-1")
    with pytest.raises(ClearanceError, match="cannot be decrypted"):
        IdentityCipher([new]).decrypt(written)


def test_an_account_shows_nothing_when_it_is_printed() -> None:
    assert repr(KnownAccount("Ada Byron", "ada@mail.example")) == "KnownAccount()"
