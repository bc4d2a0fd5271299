"""A whole Fairfeed network on one machine, from provisioning to verified ledgers.

Python 3 standard library only. `app.main` is the door; every other module does one step of it.
"""
