"""Reference data from CSV files: governments and their positions, offices, events.

Nothing here deletes a fact, sends anything or knows of letters. A file is imported as a whole
or not at all, and importing it twice changes nothing the second time.
"""
