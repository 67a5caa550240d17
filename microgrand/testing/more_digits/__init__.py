"""A function again, in many digits: so that it is the formula which is judged, and not how floats round it."""
