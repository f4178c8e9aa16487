"""Answering: what a page may ask of an inspector, and what it is told."""
