"""How a statement becomes a candidate that stands alone."""
