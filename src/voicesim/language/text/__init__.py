"""From what was said to words and sentences, spoken and unpunctuated as it is."""
