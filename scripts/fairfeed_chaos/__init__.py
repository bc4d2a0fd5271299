"""Strikes a network of real processes and asks what was lost.

Python 3 standard library only. `app.main` is the door. Provisioning, directory, processes and
status files are those of the demo (fairfeed_demo).
"""
