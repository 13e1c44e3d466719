"""One night as one self-contained page, without personal data."""
