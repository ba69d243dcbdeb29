"""Where facts are counted and written down, one module per technology."""
