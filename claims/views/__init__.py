"""Pages: the desk, the readers, the log-in."""
