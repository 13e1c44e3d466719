"""Words on the blanks: field labels and document names, in English with an invented second language."""

from udfs.specimens.issuers import Design
from udfs.specimens.layouts import LICENCE_CODES

ENGLISH = {
    "surname": "Surname",
    "given_names": "Given names",
    "full_name": "Name",
    "number": "Document No.",
    "birth_date": "Date of birth",
    "issue_date": "Date of issue",
    "expiry_date": "Date of expiry",
    "sex": "Sex",
    "nationality": "Nationality",
    "issuing_state": "Issuing state",
    "personal_number": "Personal No.",
    "address": "Address",
    "categories": "Categories",
}
ROOTS = {
    "surname": "Nom",
    "given_names": "Pranom",
    "full_name": "Nom",
    "number": "Numar",
    "birth_date": "Naskit",
    "issue_date": "Donit",
    "expiry_date": "Valit",
    "sex": "Seks",
    "nationality": "Natul",
    "issuing_state": "Stal",
    "personal_number": "Persul",
    "address": "Adres",
    "categories": "Klas",
}
NUMBER_LABELS = {"passport": "Passport No.", "id_card": "Card No.", "driving_licence": "Licence No."}
DOCUMENT_NAMES = {
    "passport": ("PASSPORT", "PASPORT"),
    "id_card": ("IDENTITY CARD", "IDENT KART"),
    "driving_licence": ("DRIVING LICENCE", "VODIT KART"),
}


def field_label(design: Design, name: str) -> str:
    """The label of a field on this design, such as `Surname / Nomo` or `1. Surname`."""
    english = NUMBER_LABELS[design.doc_type] if name == "number" else ENGLISH[name]
    label = f"{english} / {ROOTS[name]}{design.tongue}" if design.tongue else english
    return f"{LICENCE_CODES[name]} {label}" if design.layout.numbered and name in LICENCE_CODES else label


def document_name(design: Design) -> str:
    """The name of the document in both languages."""
    english, root = DOCUMENT_NAMES[design.doc_type]
    return f"{english} · {root}{design.tongue.upper()}" if design.tongue else english
