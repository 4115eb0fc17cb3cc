"""Who may do what, and what they did: accounts, roles and their grants, sessions, the audit trail.

In: a name and a password, or what a trusted gateway or identity provider says. Out: a person with rights, or nobody.
Everything lies on the desk; rights are decided here and nowhere else.
"""
