"""Hearing of changed rows: in one process, and through Redis."""
