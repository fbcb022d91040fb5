"""Loss Lens: see what a loss function teaches a network."""
