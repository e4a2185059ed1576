"""What a text does with a claim: sentences, traits, a small model under rules."""
