"""The proof that no letter is lost: a bench of its own, `make faults` (docs/delivery.md)."""
