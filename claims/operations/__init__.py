"""Everything that writes: one transaction each, permission checked inside, an event left behind."""
