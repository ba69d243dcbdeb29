"""The imaging port on Pillow: files to pictures and back."""
