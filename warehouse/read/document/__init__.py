"""What published documents say. In: a release. Out: their figures and sentences, the programmes they name, cross checks."""
