"""Truth against tracks: how good an air picture was, in the field's own figures."""
