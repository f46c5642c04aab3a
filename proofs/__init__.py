"""What letters look like and what they withstand: sample letters, hostile ones, pictures of both.

`python -m proofs pictures` draws docs/images; `python -m proofs hostile` runs what is too long
for the tests.
"""
