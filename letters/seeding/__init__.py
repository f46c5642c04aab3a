"""Invented forms and letters by the million, for measuring and for trying the admin out."""
