"""What a publisher tells of a change, and what a change does to hedges."""
