"""Changes of targets, definitions and corrections: proposed, reviewed, dated. In: the catalogue, the desk. Out: steps on the desk."""
