"""Measurements over the whole table, too long for the test suite: each is a command, and a function a test can call."""
