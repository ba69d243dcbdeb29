"""Where calls are counted, one module per technology."""
