"""Publishing checkpoints and app on the Hugging Face Hub."""
