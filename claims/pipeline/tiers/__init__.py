"""Optional tiers of the analysis, each off until it is set: embeddings, parsing, an endpoint."""
