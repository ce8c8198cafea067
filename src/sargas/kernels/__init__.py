"""Arrays in, arrays out: compiled numerics that know no noun of the watch."""
