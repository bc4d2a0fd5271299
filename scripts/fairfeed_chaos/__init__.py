"""Strikes a network of real processes and reports losses.

Python 3 standard library only. The entry is `app.main`. Provisioning, directory, processes and
status files are those of the demo (fairfeed_demo).
"""
