"""Data: sets of pictures and their classes, where they come from, and what ships with us."""
