"""接口说明的门: the description of the open API, for machines as it is, for people as a page."""

from typing import Any

from litestar import Request, Response, get
from litestar.response import Template

from zhusuo.ports.common.pages import page

Asked = Request[Any, Any, Any]


@get("/schema", name="api.schema", include_in_schema=False)
async def schema(request: Asked) -> Template:
    """Every door of the open API with its summary, what it is asked and what it answers."""
    return page(request, "api/schema.html", api=request.app.openapi_schema.to_schema())


@get("/schema/openapi.json", name="api.openapi", include_in_schema=False)
async def openapi(request: Asked) -> Response[dict[str, Any]]:
    return Response(request.app.openapi_schema.to_schema(), media_type="application/vnd.oai.openapi+json")
