"""Keeps an upload from filling the disk: what goes beyond the largest page we read is counted, not kept."""

from django.conf import settings
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class CappedUpload(TemporaryFileUploadHandler):
    """Writes at most `FETCH_MAX_BYTES` of a file; its size is the true one, so that a form can refuse it."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep the chunk that begins at byte ``start`` unless the file is too large already."""
        if start <= settings.FETCH_MAX_BYTES:
            super().receive_data_chunk(raw_data, start)
