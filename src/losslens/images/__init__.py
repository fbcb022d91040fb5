"""Pictures: reading files safely, tensors of them, augmentation, and corruptions."""
