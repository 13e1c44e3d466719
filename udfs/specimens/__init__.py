"""Documents of fictional issuers: drawn, photographed, forged, and written as a lake."""
