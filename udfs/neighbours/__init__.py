"""Which documents are close to one another, and how close strangers come."""
