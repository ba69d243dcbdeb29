"""A pool of child processes that decode and encode, so that a hostile file can only crash those."""
