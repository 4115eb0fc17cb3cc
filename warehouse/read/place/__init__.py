"""Places, alone and side by side. In: a release and areas. Out: what the census, networks and months say of them."""
