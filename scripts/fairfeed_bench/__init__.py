"""Measures figures that the tests only judge. Python 3 standard library only. The entry is
`app.main`."""
