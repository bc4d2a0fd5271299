"""scripts/load: a network of real processes under load, watched, drained and verified."""
