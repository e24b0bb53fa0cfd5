"""Near-duplicates: which pictures of a collection are one photo, however it was saved, cut or turned."""
