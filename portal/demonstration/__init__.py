"""The made-up world of the demonstration: its people, companies and cases. Nothing in it is real."""
