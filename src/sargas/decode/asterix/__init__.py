"""ASTERIX, the exchange format of European surveillance (EUROCONTROL-SPEC-0149), by the tables of libasterix."""

from sargas.decode.asterix.decoder import AsterixDecoder, Settings, build

__all__ = ["AsterixDecoder", "Settings", "build"]
