"""One grammar for filters: a one-line string and the equal JSON tree."""
