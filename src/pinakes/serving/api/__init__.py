"""The routes below ``/v1``, and those for operators."""
