"""What `make` runs: setting up, the demonstration, checks. Standard library only.

These modules run before Django is installed, so none of them may import the project.
"""
