"""Pictures from the web, fetched as if every server were hostile."""
