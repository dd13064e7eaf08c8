"""What may be written: the vocabulary of texts, the fields of each content type, names, queries."""
