"""Who says what: rules over tokens, one file per shape of sentence."""
