"""One typed settings object, read once from the environment (``CLEARANCE_…``)."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an installation can set. Every field is documented in ``docs/settings.md``.

    With nothing set, Clearance is a development installation: embedded database,
    development sign-in provider, keys generated under ``data_dir``.
    """

    model_config = SettingsConfigDict(env_prefix="CLEARANCE_", extra="ignore")

    data_dir: Path = Field(
        default=Path(__file__).resolve().parent / ".data",
        description="Where the embedded database, generated keys and checkpoints live.",
    )
    environment: str = Field(
        default="development",
        pattern="^(development|production)$",
        description="`production` refuses development keys, provider, and plain http.",
    )

    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL address of the app role; embedded when unset."
    )
    identity_database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL address of the identity role."
    )
    owner_database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL address of the owner role, for migrations only."
    )

    identity_keys: SecretStr | None = Field(
        default=None,
        description="Fernet keys for account names and e-mails, comma-separated, newest first.",
    )
    checkpoint_key: SecretStr | None = Field(
        default=None, description="Ed25519 private key (PEM) that signs audit checkpoints."
    )
    release_key: SecretStr | None = Field(
        default=None, description="Ed25519 private key (PEM) that signs what is released."
    )
    checkpoint_dir: Path | None = Field(
        default=None, description="Where audit checkpoints go; `data_dir`/checkpoints when unset."
    )

    host: str = Field(default="127.0.0.1", description="Address the app listens on.")
    port: int = Field(default=8501, ge=1, le=65535, description="Port the app listens on.")
    public_url: str | None = Field(
        default=None, description="Address people use, for example https://clearance.example.org."
    )

    oidc_issuer: str | None = Field(
        default=None, description="OpenID provider's issuer; the development provider when unset."
    )
    oidc_metadata_url: str | None = Field(
        default=None, description="Discovery document, when it is not under the issuer."
    )
    oidc_client_id: str = Field(default="clearance", description="Our client id at the provider.")
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="Our client secret at the provider."
    )
    oidc_prompt: str | None = Field(
        default=None,
        description="`prompt` sent to the provider (login, select_account …); login when unset.",
    )
    cookie_secret: SecretStr | None = Field(
        default=None, description="32 or more random bytes, hex or base64, that sign the cookie."
    )
    session_max_age: timedelta = Field(
        default=timedelta(hours=8), description="Absolute age of a sign-in (ISO 8601 or seconds)."
    )
    session_idle_limit: timedelta = Field(
        default=timedelta(minutes=15), description="Time without a click before sign-in ends."
    )

    smtp_host: str | None = Field(
        default=None,
        description="Mail server for letters to staff and participants; none when unset.",
    )
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail server.")
    smtp_security: str = Field(
        default="starttls",
        pattern="^(starttls|tls|none)$",
        description="`starttls`, `tls` from the first byte, or `none`, which takes no password.",
    )
    smtp_user: str | None = Field(default=None, description="Our name at the mail server.")
    smtp_password: SecretStr | None = Field(
        default=None, description="Our password at the mail server."
    )
    smtp_sender: str | None = Field(
        default=None, description="Address that letters come from; needed with a mail server."
    )
    smtp_ca_file: Path | None = Field(
        default=None, description="Certificates to trust at the mail server, beside the system's."
    )

    participant_contact: str | None = Field(
        default=None,
        description="Address that participants answer letters at; without it none can be written.",
    )

    retention_erasure: str = Field(
        default="by_administrator",
        pattern="^(by_administrator|by_itself)$",
        description="Whether what is due is erased on an administrator's order, or `by_itself`.",
    )

    demonstration: bool = Field(
        default=True,
        description="Whether `make run` makes the demonstration's people and studies, once.",
    )
    deidentification_workers: int = Field(
        default=1, ge=1, description="Worker processes `make run` keeps for de-identification."
    )
    upload_limit_mb: int = Field(
        default=200, ge=1, description="Largest file an administrator can upload, in MB."
    )


@cache
def settings() -> Settings:
    """Read the settings once."""
    return Settings()
