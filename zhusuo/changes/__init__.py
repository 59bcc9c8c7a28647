"""变动: units are split and merged, and what they had goes on: the dossier's cover, registrations, tenants.

The days and the knowledge of it stand in `carriers.history`; here is what concerns more than the carrier itself.
"""
