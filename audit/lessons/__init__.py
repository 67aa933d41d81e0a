"""The class hour: one lesson for each suite, as data, with results that were computed beforehand."""
