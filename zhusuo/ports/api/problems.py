"""问题: how the open API says no (RFC 9457), as its description tells it."""

from typing import Annotated

from litestar.openapi.datastructures import ResponseSpec
from msgspec import Meta, Struct, field

MEDIA_TYPE = "application/problem+json"


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """问题。`type` 供程序判断，`detail` 是给经办人看的一句话，可以直接显示。"""

    kind: Annotated[str, Meta(description="问题的种类，不随文字改变", examples=["urn:zhusuo:unit_taken"])] = field(
        name="type"
    )
    title: Annotated[str, Meta(description="一个短语", examples=["现在不能办理"])]
    status: Annotated[int, Meta(description="HTTP 状态码", examples=[409])]
    detail: Annotated[
        str, Meta(description="怎么回事、怎么办", examples=["这个单元已有登记，一处住所只登记一户，请刷新后再看。"])
    ]
    faults: Annotated[dict[str, str], Meta(description="哪几项要更正，各一句话")] = {}


DESCRIPTIONS = {
    400: "请求的写法不对",
    401: "没有令牌，或令牌无效",
    403: "令牌没有这项权限",
    404: "没有这个对象，或不在本系统的辖区和权限之内",
    409: "现在不能办理，`detail` 里写明原因",
    413: "文件太大",
    422: "内容需要更正，见 `faults`",
    429: "本分钟的调用次数已用完，`Retry-After` 秒后再试",
    503: "数据库或存储暂时没有响应，请稍后用相同的 Idempotency-Key 重试",
}
ALWAYS = (400, 401, 403, 429, 503)


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The refusals of one door: those named, and those that every door has."""
    return {
        status: ResponseSpec(
            data_container=Problem, description=DESCRIPTIONS[status], media_type=MEDIA_TYPE, generate_examples=False
        )
        for status in sorted({*statuses, *ALWAYS})
    }
