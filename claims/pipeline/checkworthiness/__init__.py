"""How much a sentence is worth checking, by a small linear model."""
