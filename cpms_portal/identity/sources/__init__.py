"""Sources: places outside that say who somebody is, each behind ``IIdentitySource``.

They talk to servers of others and know nothing of accounts.
"""
