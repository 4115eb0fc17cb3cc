"""One release file is made. In: frames, SQL, the catalogue. Out: a file that is computed, masked, checked and hashed."""
