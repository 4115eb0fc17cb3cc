"""Receipts in words. In: a row and its inputs. Out: what it is made of, said."""
