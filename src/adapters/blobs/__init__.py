"""Where files are kept, one module per technology."""
