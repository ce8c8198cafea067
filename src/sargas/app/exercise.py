"""Scenarios made into something to watch: a demonstration in the browser, or files for a replay."""

from collections import defaultdict
from importlib import resources
from pathlib import Path

from msgspec import Struct

from sargas.app.config import DEFAULT_RULES
from sargas.app.playing import play
from sargas.app.watching import Ready
from sargas.app.wire import Blueprint, all_zones
from sargas.model.entry import Frame
from sargas.model.errors import DataError
from sargas.simulate import scenario as scenarios_format
from sargas.simulate.run import Simulation, run
from sargas.store import journal_memory
