"""The officer's desk over HTTP: REST, live stream and the map page."""
