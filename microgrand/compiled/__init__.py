"""All that is there for speed alone: to be rewritten with figures."""
