"""What every reader of texts shares: words, sentences, names, terms, hedges."""
