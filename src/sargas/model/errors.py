"""Every error that Sargas raises on purpose.

    SargasError
    ├── ConfigError        the configuration cannot be used: says the path of the key and what was allowed
    ├── DataError          a file of borders, zones, towns or a scenario cannot be used
    ├── JournalError       the journal cannot be read or written
    ├── ChannelError       a warning or a stream did not reach the other end
    ├── AccountError       an account, a password or a token cannot be made, found or used
    └── DecisionError      a person asked for something that the state does not allow

What comes in from outside is not an error: decoders return `sargas.model.report.Malformed`.
"""


class SargasError(Exception):
    """Base of all errors raised by Sargas on purpose."""


class ConfigError(SargasError):
    """The configuration cannot be used."""


class DataError(SargasError):
    """A data file (borders, zones, towns, scenario) cannot be used."""


class JournalError(SargasError):
    """The journal cannot be read or written."""


class ChannelError(SargasError):
    """A warning or a stream did not reach the other end."""


class AccountError(SargasError):
    """An account, a password or a token cannot be made, found or used."""


class DecisionError(SargasError):
    """A decision names something that does not exist or is not allowed in its state."""
