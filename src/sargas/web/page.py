"""The page: files that Vite built into `sargas/web/page`, read once; nothing outside that list can be asked for."""

import mimetypes
from importlib import resources
from importlib.resources.abc import Traversable

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from sargas.web.door import PUBLIC
from sargas.web.faults import AnyRequest, NotThere
from sargas.web.packed import NO_COMPRESSION, Packed, pack, send

INDEX = "index.html"
SEARCH = "search.html"
WALL = "wall.html"
SHIFT = "shift.html"
REGISTER = "register.html"
FOREVER = "public, max-age=31536000, immutable"
CHECK = "no-cache"
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".woff2": "font/woff2",
         ".geojson": "application/geo+json", ".json": "application/json", ".map": "application/json",
         ".html": "text/html", ".css": "text/css", ".svg": "image/svg+xml"}  # fmt: skip
NOT_BUILT = b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sargas</title></head>
<body><h1>The page is not built</h1>
<p>The watch runs, but its page is missing from this installation. In a checkout, run <code>make page</code>;
a released wheel carries the page. The API answers all the same: see <a href="/schema">/schema</a>.</p></body></html>
"""


class Page:
    """The built files by their path below the page's folder."""

    def __init__(self, folder: Traversable) -> None:
        self.files = dict(_walk(folder, "")) if folder.is_dir() else {}
        self._packed: dict[str, Packed] = {}

    async def page(self, request: AnyRequest, name: str) -> Response[bytes]:
        """Return one of the pages, or say plainly that none was built."""
        if name not in self.files:
            return Response(NOT_BUILT, status_code=503, media_type=TYPES[".html"])
        return await self.answer(request, name)

    async def answer(self, request: AnyRequest, path: str) -> Response[bytes]:
        """Return the file, packed when it is first asked for.

        Raises:
            NotThere: the page has no such file.
        """
        content = self.files.get(path)
        if content is None:
            raise NotThere("there is no such page")
        # Vite puts a hash of the content into the names below assets/.
        cache = FOREVER if path.startswith("assets/") else CHECK
        if path not in self._packed:
            self._packed[path] = await pack(content, _type_of(path))
        return send(request, self._packed[path], cache)


def packaged_page() -> Page:
    """Return the page that travels in this package."""
    return Page(resources.files("sargas.web") / "page")


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.is_dir():
            found += _walk(item, f"{prefix}{item.name}/")
        else:
            found.append((prefix + item.name, item.read_bytes()))
    return found


def _type_of(path: str) -> str:
    suffix = path[path.rfind(".") :] if "." in path else ""
    return TYPES.get(suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"


@get("/", include_in_schema=False, opt=NO_COMPRESSION)
async def read_index(request: AnyRequest, page: NamedDependency[Page]) -> Response[bytes]:
    """Return the desk."""
    return await page.page(request, INDEX)


@get("/wall", include_in_schema=False, opt=NO_COMPRESSION)
async def read_wall(request: AnyRequest, page: NamedDependency[Page]) -> Response[bytes]:
    """Return the page for a screen on the wall: the state of the sky, read from across a room."""
    return await page.page(request, WALL)


@get("/shift", include_in_schema=False, opt=NO_COMPRESSION)
async def read_shift_page(request: AnyRequest, page: NamedDependency[Page]) -> Response[bytes]:
    """Return the page on which a shift is read and handed over."""
    return await page.page(request, SHIFT)


@get("/register", include_in_schema=False, opt=NO_COMPRESSION)
async def read_register_page(request: AnyRequest, page: NamedDependency[Page]) -> Response[bytes]:
    """Return the page on which the register of incidents is searched and counted."""
    return await page.page(request, REGISTER)


@get("/search/{incident:str}", include_in_schema=False, opt=NO_COMPRESSION)
async def read_search_page(
    request: AnyRequest, page: NamedDependency[Page], incident: FromPath[str]
) -> Response[bytes]:
    """Return the page for the phones of those who search; it reads from its address which incident it is about."""
    del incident
    return await page.page(request, SEARCH)


@get("/{path:path}", include_in_schema=False, opt={**NO_COMPRESSION, **PUBLIC})
async def read_file(request: AnyRequest, page: NamedDependency[Page], path: FromPath[str]) -> Response[bytes]:
    """Return one of the page's files."""
    return await page.answer(request, path.removeprefix("/"))
