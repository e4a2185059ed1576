"""How two sentences are compared: terms, traits, guards, an index over many claims."""
