"""Everything that reads for people and programs; pages and API share it."""
