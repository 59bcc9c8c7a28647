"""拒绝的样子: a refusal becomes a page or a problem+json (RFC 9457), with the right status, here and nowhere else."""

from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from litestar import Request, Response
from litestar.exceptions import ClientException, HTTPException
from litestar.response import Redirect, Template
from litestar.status_codes import (
    HTTP_400_BAD_REQUEST,
    HTTP_401_UNAUTHORIZED,
    HTTP_403_FORBIDDEN,
    HTTP_404_NOT_FOUND,
    HTTP_405_METHOD_NOT_ALLOWED,
    HTTP_409_CONFLICT,
    HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    HTTP_422_UNPROCESSABLE_ENTITY,
    HTTP_429_TOO_MANY_REQUESTS,
    HTTP_500_INTERNAL_SERVER_ERROR,
    HTTP_503_SERVICE_UNAVAILABLE,
)

import storage.model
from zhusuo import db
from zhusuo.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Refusal,
    TooLarge,
    TooMany,
    Unavailable,
)
from zhusuo.ports.common.faults import faults_of
from zhusuo.ports.common.guard import COOKIE, SAFE, ForgedForm
from zhusuo.ports.common.pages import open_page, page

log = structlog.get_logger()
NOT_UNDERSTOOD = "请求里有看不懂的内容，请检查后重试。"

STATUS: dict[type[Refusal], int] = {
    NotSignedIn: HTTP_401_UNAUTHORIZED,
    NotAllowed: HTTP_403_FORBIDDEN,
    ForgedForm: HTTP_403_FORBIDDEN,
    NotFound: HTTP_404_NOT_FOUND,
    Conflict: HTTP_409_CONFLICT,
    TooLarge: HTTP_413_REQUEST_ENTITY_TOO_LARGE,
    Invalid: HTTP_422_UNPROCESSABLE_ENTITY,
    TooMany: HTTP_429_TOO_MANY_REQUESTS,
    Unavailable: HTTP_503_SERVICE_UNAVAILABLE,
    Refusal: HTTP_409_CONFLICT,
}

TITLES = {
    HTTP_400_BAD_REQUEST: "看不懂这个请求",
    HTTP_401_UNAUTHORIZED: "请先登录",
    HTTP_403_FORBIDDEN: "不能办理",
    HTTP_404_NOT_FOUND: "没有找到",
    HTTP_405_METHOD_NOT_ALLOWED: "不能这样访问",
    HTTP_409_CONFLICT: "现在不能办理",
    HTTP_413_REQUEST_ENTITY_TOO_LARGE: "文件太大",
    HTTP_422_UNPROCESSABLE_ENTITY: "需要更正",
    HTTP_429_TOO_MANY_REQUESTS: "操作太频繁",
    HTTP_500_INTERNAL_SERVER_ERROR: "系统出错了",
    HTTP_503_SERVICE_UNAVAILABLE: "服务暂时不可用",
}


def status_of(refusal: Refusal) -> int:
    """The HTTP status of the nearest class in the table."""
    return next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)


def on_refusal(request: Request[Any, Any, Any], refusal: Refusal) -> Response[Any]:
    if isinstance(refusal, NotSignedIn) and not _wants_json(request):
        return _to_sign_in(request)
    headers = {"Retry-After": str(refusal.wait_seconds)} if isinstance(refusal, TooMany) else {}
    if isinstance(refusal, NotSignedIn):
        headers["WWW-Authenticate"] = "Bearer"
    faults = refusal.fields if isinstance(refusal, Invalid) else {}
    return _answer(request, status_of(refusal), refusal.code, refusal.message, headers=headers, faults=faults)


def on_http_exception(request: Request[Any, Any, Any], exception: HTTPException) -> Response[Any]:
    """What Litestar itself refuses: unknown paths, wrong methods, parameters that do not parse."""
    status = exception.status_code
    if status == HTTP_404_NOT_FOUND:
        return _answer(request, status, NotFound.code, NotFound.sentence)
    if status == HTTP_413_REQUEST_ENTITY_TOO_LARGE:
        return _answer(request, status, TooLarge.code, TooLarge.sentence)
    if isinstance(exception, ClientException) and status == HTTP_400_BAD_REQUEST:
        return _answer(request, status, "bad_request", NOT_UNDERSTOOD, faults=faults_of(request, exception))
    if status >= HTTP_500_INTERNAL_SERVER_ERROR:
        return on_exception(request, exception)
    return _answer(request, status, "refused", "这个地址只用来提交内容，不能直接打开。请回到首页，从菜单进入。")


def on_database_down(request: Request[Any, Any, Any], exception: Exception) -> Response[Any]:
    log.warning("database_unavailable", error=type(exception).__name__)
    sentence = "数据库暂时没有响应，请稍后再试；已保存的内容不会丢失。"
    return _answer(request, HTTP_503_SERVICE_UNAVAILABLE, Unavailable.code, sentence, headers={"Retry-After": "5"})


def on_storage_down(request: Request[Any, Any, Any], exception: Exception) -> Response[Any]:
    log.warning("storage_unavailable", error=str(exception))
    headers = {"Retry-After": "5"}
    return _answer(request, HTTP_503_SERVICE_UNAVAILABLE, Unavailable.code, Unavailable.sentence, headers=headers)


def on_impossible_text(request: Request[Any, Any, Any], exception: Exception) -> Response[Any]:
    """A text that no table can hold: it has a NUL in it."""
    return _answer(request, HTTP_400_BAD_REQUEST, "bad_request", NOT_UNDERSTOOD)


def on_exception(request: Request[Any, Any, Any], exception: Exception) -> Response[Any]:
    """A fault of ours: logged whole, told briefly."""
    log.error("unhandled", path=request.url.path, exc_info=exception)
    sentence = "系统内部出错，已自动记录。请稍后再试；仍不行时请联系管理员。"
    return _answer(request, HTTP_500_INTERNAL_SERVER_ERROR, "internal", sentence)


def _to_sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    """To sign in, and from there back to the page that was open; who was signed in before hears that it has ended."""
    unsent = request.method not in SAFE
    asked = {"next": open_page(request), "ended": "unsent" if unsent else "idle" if COOKIE in request.cookies else ""}
    query = urlencode({key: value for key, value in asked.items() if value})
    target = f"/sign-in?{query}" if query else "/sign-in"
    if request.headers.get("hx-request"):
        return Response(b"", headers={"HX-Redirect": target})
    return Redirect(target)


def _back(request: Request[Any, Any, Any]) -> str:
    """The page of ours the person came from, or nothing."""
    if request.method not in SAFE:
        return open_page(request)
    referer = urlsplit(request.headers.get("referer", ""))
    return referer.path if referer.netloc == request.headers.get("host") and referer.path != request.url.path else ""


def _wants_json(request: Request[Any, Any, Any]) -> bool:
    path = request.url.path
    return path.startswith(("/api/", "/embed/api/")) or "application/json" in request.headers.get("accept", "")


def _answer(
    request: Request[Any, Any, Any],
    status: int,
    code: str,
    message: str,
    *,
    headers: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
) -> Response[Any]:
    title = TITLES.get(status, "现在不能办理")
    if _wants_json(request):
        problem: dict[str, Any] = {"type": f"urn:zhusuo:{code}", "title": title, "status": status, "detail": message}
        if faults:
            problem["faults"] = faults
        return Response(problem, status_code=status, headers=headers, media_type="application/problem+json")
    answer: Template = page(
        request,
        "error.html",
        title=title,
        message=message,
        status=status,
        advice=list((faults or {}).values()),
        back=_back(request),
        trace="",
    )
    answer.status_code = status
    answer.headers.update(headers or {})
    return answer


HANDLERS: dict[Any, Any] = {
    Refusal: on_refusal,
    HTTPException: on_http_exception,
    storage.model.Unavailable: on_storage_down,
    **dict.fromkeys(db.Down, on_database_down),
    **dict.fromkeys(db.ImpossibleText, on_impossible_text),
    Exception: on_exception,
}
