"""Every promise of the documents and which has a number. In: the register and timeline. Out: lists."""
