"""Why: what the released tables tell of one document, one account, one campaign."""
