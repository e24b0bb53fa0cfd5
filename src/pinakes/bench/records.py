"""Words for generated rows, so that engines have something to match and to show."""

ADJECTIVES = ("amber", "broad", "calm", "dark", "early", "faint", "green", "hollow", "idle", "jagged", "keen",
              "long", "mellow", "narrow", "old", "pale", "quiet", "rough", "silver", "tall")  # fmt: skip
NOUNS = ("anchor", "basket", "candle", "drum", "engine", "feather", "garden", "harbour", "island", "jacket",
         "kettle", "ladder", "mirror", "needle", "orchard", "pencil", "quilt", "river", "saddle", "tower",
         "umbrella", "valley", "window", "yard", "zither")  # fmt: skip


def title(row: int) -> str:
    """Return the title of a row: two words of 500 combinations, and its number."""
    return f"{words(row)} {row}"


def words(number: int) -> str:
    """Return two words; what a query asks for."""
    return f"{ADJECTIVES[number % len(ADJECTIVES)]} {NOUNS[number // len(ADJECTIVES) % len(NOUNS)]}"
