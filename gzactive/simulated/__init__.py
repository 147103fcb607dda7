"""A sky whose truth is known: galaxies rendered from parameters, and volunteers who vote."""
