"""Code that exists only for speed: measure before and after changing it."""
