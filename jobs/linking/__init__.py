"""What link and cluster work with: subjects, the ledger of live links, shared facts."""
