"""Pure parts of the dashboard: rows, words, questions and keys."""
