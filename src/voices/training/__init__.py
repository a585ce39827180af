"""Build the shipped analyst: base weights, data, training, export."""
