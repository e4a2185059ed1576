"""What a page says beside its text: bytes, fingerprint, metadata, language, moments."""
