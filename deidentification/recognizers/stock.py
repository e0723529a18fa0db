"""Presidio's own recognisers that fit interviews, kept offline and off costly detours."""

from __future__ import annotations

import re

import tldextract
from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts
from presidio_analyzer.predefined_recognizers import (
    CreditCardRecognizer,
    CryptoRecognizer,
    EmailRecognizer,
    IbanRecognizer,
    IpRecognizer,
    MacAddressRecognizer,
    NhsRecognizer,
    PhoneRecognizer,
    UkNinoRecognizer,
    UsBankRecognizer,
    UsItinRecognizer,
    UsLicenseRecognizer,
    UsPassportRecognizer,
    UsSsnRecognizer,
)

#: The public-suffix list bundled in the package: the stock extractor asks two internet hosts.
_SUFFIXES = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
_SIX_DIGITS = re.compile(r"\d(?:\D{0,3}\d){5}")


class OfflineEmailRecognizer(EmailRecognizer):
    """Presidio's e-mail recogniser with a public-suffix list that never calls anybody."""

    def validate_result(self, pattern_text: str) -> bool:
        """Whether the domain ends in a public suffix."""
        return bool(_SUFFIXES(pattern_text.rsplit("@", 1)[-1]).fqdn)


class GuardedPhoneRecognizer(PhoneRecognizer):
    """Presidio's phone recogniser, asked only where six digits stand near each other.

    It searches the text once for each region, which is most of what all patterns cost.
    """

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """The phone numbers in a text."""
        if not _SIX_DIGITS.search(text):
            return []
        found: list[RecognizerResult] = super().analyze(
            text,
            entities,
            nlp_artifacts,  # type: ignore[arg-type]  # None is its own default
        )
        return found


#: Numbers of offices and banks. Weak patterns count only with their context words.
_NUMBERED = (
    CreditCardRecognizer,
    IbanRecognizer,
    IpRecognizer,
    MacAddressRecognizer,
    CryptoRecognizer,
    UsSsnRecognizer,
    UsItinRecognizer,
    UsPassportRecognizer,
    UsLicenseRecognizer,
    UsBankRecognizer,
    UkNinoRecognizer,
    NhsRecognizer,
)


def stock_recognizers(language: str) -> list[EntityRecognizer]:
    """Presidio's pattern recognisers for one language of the analyser."""
    return [
        OfflineEmailRecognizer(supported_language=language, name="EmailRecognizer"),
        GuardedPhoneRecognizer(supported_language=language, name="PhoneRecognizer"),
        *(recognizer(supported_language=language) for recognizer in _NUMBERED),
    ]
