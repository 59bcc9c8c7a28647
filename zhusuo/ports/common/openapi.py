"""开放接口的说明: how the open API describes itself; its doors stand in `ports.api`."""

from litestar.config.app import AppConfig
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme, Tag

DESCRIPTION = """\
受理系统和其他部门的系统由此查询、调用住所云。全部请求用 HTTPS，令牌放在 `Authorization: Bearer` 里，
由系统管理员发给各系统，带有权限和每分钟的次数；
每个答复的 `RateLimit-Limit`、`RateLimit-Remaining`、`RateLimit-Reset` 说明还剩多少。
出错时的答复都是 `application/problem+json`。时间是带时区的 ISO 8601，日期是 `2026-11-22` 的写法，业务日按上海时间。
"""

TAGS = {
    "查询": "地址和单元：查到哪里，备没备案，要带什么",
    "租赁合同": "上传、核对",
    "调用": "以审批员的名义调用档案，取凭证，报结果",
    "面板": "从受理系统打开住所云",
    "档案": "备案材料",
    "免交清单": "哪个事项免交什么",
    "事件": "发生了什么",
    "入驻": "谁在哪个单元",
    "备案": "代物业单位备案",
}


def config() -> OpenAPIConfig:
    """What `/schema` tells. Litestar's own pages need a CDN and stay shut: no rule of the policy opens them."""
    return OpenAPIConfig(
        title="住所云开放接口",
        version="1",
        description=DESCRIPTION,
        path="/openapi",
        render_plugins=[JsonRenderPlugin()],
        components=Components(
            security_schemes={
                "token": SecurityScheme(type="http", scheme="bearer", description="系统管理员发给本系统的令牌")
            }
        ),
        security=[{"token": []}],
        tags=[Tag(name=name, description=description) for name, description in TAGS.items()],
    )


def only_the_api(config: AppConfig) -> AppConfig:
    """Leave pages out of the description."""
    for handler in config.route_handlers:
        if isinstance(handler, HTTPRouteHandler) and not any(path.startswith("/api/") for path in handler.paths):
            handler.include_in_schema = False
    return config
