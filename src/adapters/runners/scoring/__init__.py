"""Technical picture quality from classical no-reference metrics: no weights, nothing to train."""
