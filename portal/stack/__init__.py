"""Starts, watches and stops the servers that the demonstration and the tests run on."""
