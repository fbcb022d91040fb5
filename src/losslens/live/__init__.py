"""Live training: a few losses learn side by side in seconds, in processes of their own."""
