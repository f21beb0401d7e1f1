"""Files of a newspaper become articles."""
