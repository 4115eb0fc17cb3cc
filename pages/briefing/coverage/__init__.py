"""The network of four levels, its blanks, beds and enrolment. In: `mart.coverage`. Out: ladder, lists of blanks."""
