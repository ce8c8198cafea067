"""The assembled watch: configuration, clock, wiring, supervision. Alone knows all parts."""
