"""What the gallery shows: five families of things, each with its facts and its words."""
