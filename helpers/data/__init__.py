"""Loaders of the real data sets in `data/`, by kind: `from helpers.data import graphs`."""
