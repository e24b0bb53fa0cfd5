"""From a source to a published release."""
