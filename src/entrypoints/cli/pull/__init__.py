"""`darkroom models pull`: weights from Hugging Face, or from a server that speaks like it."""
