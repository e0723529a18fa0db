"""Why a finding was made, in a sentence for the reviewer, from Presidio's decision process."""

from __future__ import annotations

from presidio_analyzer import RecognizerResult

_MODEL = "The language model reads it as {kind} from the words around it."
_KINDS = {
    "PERSON": "a person's name",
    "LOCATION": "a place",
    "ORGANIZATION": "an organisation",
    "NRP": "a nationality, religion or political group",
}
_STOCK = {
    "EMAIL_ADDRESS": "Written like an e-mail address",
    "PHONE_NUMBER": "Digits grouped like a phone number of a region",
    "CREDIT_CARD": "Digits like a payment card's",
    "IBAN_CODE": "Letters and digits like an international bank account's",
    "IP_ADDRESS": "Written like a network address",
    "MAC_ADDRESS": "Written like a device's address",
    "CRYPTO": "Letters and digits like a cryptocurrency wallet's",
    "US_SSN": "Digits like a US social security number",
    "US_ITIN": "Digits like a US taxpayer number",
    "US_PASSPORT": "Digits like a US passport number",
    "US_DRIVER_LICENSE": "Letters and digits like a US driving licence's",
    "US_BANK_NUMBER": "Digits like a US bank account's",
    "UK_NINO": "Letters and digits like a British national insurance number",
    "UK_NHS": "Digits like a British health service number",
}


def explain(result: RecognizerResult, source: str) -> str:
    """One or two sentences that never quote the text."""
    explanation = result.analysis_explanation
    if source == "SpacyRecognizer":
        kind = _KINDS.get(result.entity_type, result.entity_type.lower().replace("_", " "))
        why = _MODEL.format(kind=kind)
    elif result.entity_type in _STOCK and explanation.textual_explanation.startswith(
        ("Detected by", "Recognized as")
    ):
        why = _STOCK[result.entity_type]
        if explanation.pattern_name:
            why += f" (pattern: {explanation.pattern_name})"
        why += ", and its check digits are right." if explanation.validation_result else "."
    else:
        why = explanation.textual_explanation
    boost = explanation.score_context_improvement
    if boost:
        why += (
            f" A word that announces it stands just before, which raised its score by {boost:.2f}."
        )
    return why
