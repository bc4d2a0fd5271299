"""Measures what the tests only judge. Python 3 standard library only. `app.main` is the door."""
