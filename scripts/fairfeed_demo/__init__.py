"""A whole Fairfeed network on one machine, from provisioning to verified ledgers.

Python 3 standard library only. The entry is `app.main`; every other module does one step.
"""
