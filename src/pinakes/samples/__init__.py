"""The sample gallery: pictures, records and judgements that are generated."""
