"""Payments person by person: the pseudonymous store, figures and audit rules over it, findings and what came of them.

Nothing here ever sees a name, a number or an account: `etl.payouts` hands over keys. No relation of this package but
the aggregates of `published` is part of a release.
"""
