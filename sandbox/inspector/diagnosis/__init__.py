"""Diagnosis: what went wrong in a run, or looks wrong."""
