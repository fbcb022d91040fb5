"""The networks, and what in a picture spoke for their answers."""
