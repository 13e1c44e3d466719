"""Training of the nets, one file a model."""
