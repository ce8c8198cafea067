"""The description against the server, by schemathesis: whatever fits it, and what does not, is answered as it says.

Both desks: the open one, and the one with accounts, asked by a program that may do everything.
"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import product

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.openapi import from_asgi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts_kit import House
from sargas.web.server import create_app
from unit.web.memory_desk import MemoryDesk

EXAMPLES = 6
"""For each operation and desk; the tests beside this one look deeper at each."""
ENDLESS = "/api/stream"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
QUICK = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)


def operations(schema: schemathesis.BaseSchema) -> Iterator[APIOperation]:
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path != ENDLESS:
            yield operation


@pytest.mark.parametrize("has_accounts", [False, True], ids=["open", "accounts"])
def test_the_server_is_as_its_description_says(*, has_accounts: bool) -> None:
    house = House()
    headers = house.master() if has_accounts else {}
    app = create_app(MemoryDesk(), accounts=house.gate if has_accounts else None)
    schema = from_asgi("/schema", app, headers=headers)
    n_called = 0

    for operation, mode in product(operations(schema), GenerationMode):

        @QUICK
        @given(case=operation.as_strategy(generation_mode=mode))
        def conforms(case: Case) -> None:
            nonlocal n_called
            n_called += 1
            house.now_s += 1.0  # so that nobody asks too often
            case.call_and_validate(headers=headers, checks=CHECKS)

        with suppress(Unsatisfiable):  # an operation that takes nothing can be given nothing wrong
            conforms()
    assert n_called > 60
