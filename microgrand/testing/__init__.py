"""Tools for trusting a derivative: exact references and hypothesis strategies. Needs the extra `testing`."""
