"""Releases of a home. In: a finished file. Out: the release readers see; drafts, embargoes, and what a unit may see."""
