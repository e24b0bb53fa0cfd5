"""Building and tuning the search structures over the vectors of a snapshot."""
