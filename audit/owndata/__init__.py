"""A researcher's own labelled texts: read in chunks, scored, and reported by group."""
