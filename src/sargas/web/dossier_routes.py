"""The route of an incident's dossier: a document, or a ZIP with the same content as data."""

from typing import Annotated, Literal
from urllib.parse import quote

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import PermissionDeniedException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, QueryParameter

from sargas.dossier.make import Ordered
from sargas.model.dossier import DossierLanguage, Version
from sargas.web.access import who
from sargas.web.faults import AnyRequest, NotThere, documented
from sargas.web.packed import NO_COMPRESSION
from sargas.web.shared import Shared

FILE = ResponseSpec(
    bytes, generate_examples=False, media_type="application/octet-stream", description="The dossier, PDF or ZIP"
)
VersionQuery = Annotated[
    Version, QueryParameter(name="version", description="For whom it is; each leaves out other things, by rule")
]
LanguageQuery = Annotated[
    DossierLanguage | None,
    QueryParameter(name="language", description="English stands beside it; the country's if it is left out"),
]
FormQuery = Annotated[
    Literal["pdf", "zip"],
    QueryParameter(name="format", description="The document alone, or with its data, its evidence and its proof"),
]
AddresseeQuery = Annotated[
    str, QueryParameter(name="addressee", description="To whom the draft letter is written", max_length=200)
]


@get(
    "/api/incidents/{incident_id:str}/dossier",
    tags=["file"],
    scope="investigate",
    responses={200: FILE, **documented(403, 404, 409, 503)},
    opt=NO_COMPRESSION,
)
async def read_dossier(
    request: AnyRequest,
    shared: NamedDependency[Shared],
    incident_id: FromPath[str],
    *,
    version: VersionQuery = "public",
    language: LanguageQuery = None,
    form: FormQuery = "zip",
    addressee: AddresseeQuery = "",
) -> Response[bytes]:
    """Return the dossier of an incident; who takes evidence with it is in the journal before it leaves."""
    if request.headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}:
        # It would be logged as the officer's, whose browser another site's page has asked to fetch it.
        raise PermissionDeniedException("dossiers are given to this server's own page only")
    if incident_id not in shared.view("live").picture.incidents:
        raise NotThere(f"there is no incident '{incident_id}'")
    ordered = Ordered(version=version, officer=who(request), language=language, form=form, addressee=addressee)
    media_type, name, content = await shared.desk.dossier(incident_id, ordered)
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
        "cache-control": "no-store",
    }
    return Response(content, media_type=media_type, headers=headers)
