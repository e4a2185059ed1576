"""Who goes back to whom: the marks a report leaves, and the links between reports."""
