"""An example of a package that adds a suite and a kind of model to Caveat."""
