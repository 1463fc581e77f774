"""Trials of the whole portal under faults: real servers, real processes, real kills."""
