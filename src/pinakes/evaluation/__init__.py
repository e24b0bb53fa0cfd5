"""Measuring answers: against judgements, and one way of answering against another."""
