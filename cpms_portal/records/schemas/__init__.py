"""What is asked in the record: one schema a section, and which files are taken."""
