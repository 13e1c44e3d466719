"""The closed lists of words that tables and code share."""

DOC_TYPES = ("passport", "id_card", "driving_licence", "selfie")
SIDES = ("front", "back", "page")
FIELD_NAMES = (
    "surname", "given_names", "full_name", "number", "birth_date", "issue_date", "expiry_date", "sex", "nationality",
    "issuing_state", "personal_number", "address", "categories", "mrz_line_1", "mrz_line_2", "mrz_line_3",
    "barcode_text", "line",
)  # fmt: skip
FIELD_SOURCES = ("visual", "mrz", "barcode", "text")
VECTOR_KINDS = ("design", "geometry", "portrait", "background")
EVIDENCE_FAMILIES = ("physical", "tampered", "generated", "inconsistent")
LINK_KINDS = (
    "same_file",
    "near_copy",
    "template",
    "portrait_photo",
    "same_number",
    "shared_device",
    "own_resubmission",
)
CLUSTER_EVENTS = ("birth", "growth", "shrink", "split", "merge", "death")
TIERS = ("low", "elevated", "high", "severe")
ROLES = ("champion", "challenger")
VERDICTS = ("confirmed", "cleared", "unsure", "undo")
REVIEW_REASONS = ("alert", "random_sample", "complaint", "authority", "propagated")
SIGNAL_KINDS = ("bot", "promotion_abuse", "chargeback", "device")
CONTRADICTION_KINDS = (
    "check_digit", "number_mismatch", "name_mismatch", "birth_date_mismatch", "issue_date_mismatch",
    "expiry_date_mismatch", "sex_mismatch", "nationality_mismatch", "impossible_date", "issue_before_birth",
    "expired_at_submission", "validity_period", "barcode_mismatch", "malformed_text",
)  # fmt: skip
RISK_COMPONENTS = ("documents", "campaigns", "signals", "transactions")
MOVE_CAUSES = ("new_evidence", "new_model", "new_cluster", "new_threshold", "new_label")

REJECTION_REASONS = {
    "empty": "the file has no bytes",
    "truncated": "the file ends before its picture does",
    "unknown_format": "the first bytes are those of no picture",
    "unsupported_format": "a file, but no JPEG, PNG, WebP, HEIC or PDF that can be read here",
    "encrypted": "a PDF that opens with a password alone",
    "too_many_pages": "a PDF with more pages than are taken",
    "bomb": "the header announces more pixels, or more pixels a byte, than are ever opened",
    "too_large": "the file has more bytes than the limit",
    "undecodable": "the header is sound, the picture is not",
    "digest_mismatch": "the bytes are not those that the manifest named",
    "missing": "there is no file at that address",
    "outside_root": "the address points outside the allowed roots",
    "unreadable": "the file is there and could not be read",
    "crash": "a decoder or model died on it, also alone",
    "timeout": "it took longer than a document may take",
    "memory": "it took more memory than a document may take",
    "duplicate": "the same document id with the same bytes came before",
    "replaced": "the same document id with other bytes came before; the first stands",
    "bad_id": "an id has other characters than A-Z a-z 0-9 . _ : - or more than 128 of them",
    "bad_time": "a time cannot be read or has no time zone",
    "bad_value": "a value is outside its closed list or its range",
    "missing_value": "a required value is empty",
    "bad_row": "the row does not fit its file",
}
REJECTION_OUTCOMES = ("rejected", "duplicate")
STAGES = ("ingest", "inspect")
