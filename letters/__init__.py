"""What is written and what becomes of it: drafted, signed, reviewed, rendered, sent, counted."""
