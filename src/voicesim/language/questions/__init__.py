"""From a sentence to what it asks: its form, its type in each profile, its marks."""
