"""What other systems ask: the bodies that come in, strict in every field, and what is told in addresses and headers.

A field that is not known, a text that is too long, a wrong kind of value: 400, with the place. What is right in form
and wrong in substance is refused by the verbs.
"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from litestar.params import HeaderParameter, QueryParameter
from msgspec import Meta, Struct

from zhusuo.dossiers.model import DocumentKind, ScopeKind, TitleSituation

ADDRESS = "上海市徐汇区肇嘉浜路1366号汇澜大厦1803室"
UNIT_ID = "0199a6c2-7f0e-7a51-9d3c-5b2f1f6e8a10"

# In addresses and headers

AddressAsked = Annotated[
    str, QueryParameter(description="要查的地址，怎么写都可以；只读前 200 个字", min_length=1, max_length=500)
]
ItemAsked = Annotated[
    str, QueryParameter(name="item", description="事项代码，见 `GET /items`；不写按公司设立登记", max_length=40)
]
DayAsked = Annotated[
    date | None, QueryParameter(name="day", description="业务日，如 2026-11-22；不写为今天（上海时间）")
]
OnAsked = Annotated[
    date | None, QueryParameter(description="问哪一天的情形，如 2026-03-01（变动从哪天起生效，按这一天算）")
]
KnownAtAsked = Annotated[
    datetime | None,
    QueryParameter(description="按那一刻所知道的回答，如 2026-03-01T09:00:00+08:00；此后才更正、才登记的不算"),
]
PickAsked = Annotated[
    UUID | None, QueryParameter(description="从上次答复的 `candidates` 中选定的单元或载体，接着这个地址再查")
]
ClerkAsked = Annotated[
    str, QueryParameter(description="经办人在本系统的工号，须已对应到审批员", min_length=1, max_length=60)
]
ChooserAsked = Annotated[
    str,
    QueryParameter(
        name="clerk",
        description="经办人在本系统的工号，须已对应到审批员。写明时，`pick` 选定的会记为待核定的地址更正，"
        "由另一位审批员核定后才对别人起作用",
        max_length=60,
    ),
]
NameAsked = Annotated[str, QueryParameter(description="文件名，带后缀", min_length=1, max_length=300)]
LeasePurpose = Annotated[Literal["lease"], QueryParameter(description="租赁合同为 lease")]
CarrierAsked = Annotated[UUID, QueryParameter(description="载体，来自查询答复的 `carrier.id`")]
KindAsked = Annotated[
    DocumentKind | None, QueryParameter(name="kind", description="材料种类；不写则识别后由系统建议，可再传一次更正")
]
AfterAsked = Annotated[int, QueryParameter(description="上次答复的 `next`；第一次为 0", ge=0, le=2**63 - 1)]
LimitAsked = Annotated[int, QueryParameter(description="最多几条", ge=1, le=500)]
IdempotencyKey = Annotated[
    str,
    HeaderParameter(
        name="Idempotency-Key",
        description="每次办理自己取一个，重试时不变：内容相同则原样返回第一次的答复，内容不同则 409；保留 7 天",
        min_length=1,
        max_length=200,
    ),
]


# Bodies

Text60 = Annotated[str, Meta(max_length=60)]
Clerk = Annotated[
    str, Meta(min_length=1, max_length=60, description="经办人在本系统的工号，须已对应到审批员", examples=["ZC-0803"])
]
CaseNumber = Annotated[str, Meta(min_length=1, max_length=60, description="受理编号", examples=["2026-XJH-110873"])]
Applicant = Annotated[
    str, Meta(min_length=1, max_length=120, description="申请人名称", examples=["上海栖木数字科技有限公司"])
]
Uscc = Annotated[str, Meta(max_length=30, description="统一社会信用代码；设立登记前没有", examples=[""])]


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every body has in common: unknown fields are refused."""


class LeaseQuestion(Question, frozen=True, kw_only=True):
    """要核对的租赁合同、申请人和单元。"""

    document_id: Annotated[UUID, Meta(description="`POST /documents` 给出的编号", examples=[UNIT_ID])]
    unit_ids: Annotated[list[UUID], Meta(min_length=1, max_length=50, description="申请的单元", examples=[[UNIT_ID]])]
    applicant: Applicant
    day: Annotated[date | None, Meta(description="业务日；不写为今天")] = None


class LeaseBatch(Question, frozen=True, kw_only=True):
    """要一起核对的几份租赁合同。"""

    checks: Annotated[list[LeaseQuestion], Meta(min_length=1, max_length=50)]


class ReuseQuestion(Question, frozen=True, kw_only=True):
    """审批员确认的一次调用。"""

    clerk: Clerk
    unit_id: Annotated[UUID, Meta(description="查询答复的 `units[].id`", examples=[UNIT_ID])]
    applicant: Applicant
    case_number: CaseNumber
    item_code: Annotated[str, Meta(max_length=40, description="事项代码", examples=["company_formation"])]
    purpose: Annotated[Text60, Meta(description="用途；不写则为事项名称", examples=["公司设立登记"])] = ""
    lease_document_id: Annotated[UUID | None, Meta(description="申请人提交的租赁合同；产权人自用的不写")] = None
    reason: Annotated[
        str, Meta(max_length=500, description="核对结果“须说明理由”时，审批员写的理由", examples=[""])
    ] = ""
    business_uscc: Uscc = ""
    address: Annotated[
        str, Meta(max_length=200, description="申请书上写的地址；凭证会记下它是怎样洗成标准地址的", examples=[ADDRESS])
    ] = ""


class OutcomeQuestion(Question, frozen=True, kw_only=True):
    """登记办得怎样。"""

    outcome: Annotated[
        Literal["registered", "refused", "withdrawn"],
        Meta(description="已登记、不予登记、申请撤回", examples=["registered"]),
    ]
    uscc: (
        Annotated[str, Meta(max_length=30, description="登记成功时的统一社会信用代码", examples=["91310104MA1FR1Y503"])]
        | None
    ) = None


class TicketQuestion(Question, frozen=True, kw_only=True):
    """谁、为哪个案件要打开面板；地址、申请人、事项带过去，面板里不用再打。"""

    clerk: Clerk
    case_number: CaseNumber
    purpose: Annotated[str, Meta(min_length=1, max_length=60, description="用途", examples=["公司设立登记"])]
    address: Annotated[str, Meta(max_length=200, description="表单上的地址", examples=[ADDRESS])] = ""
    applicant: Annotated[str, Meta(max_length=120, description="申请人名称")] = ""
    item_code: Annotated[str, Meta(max_length=40, description="事项代码")] = ""


class TenancyQuestion(Question, frozen=True, kw_only=True):
    """谁迁入了哪个单元；同一承租人再报一次，是更新租期。"""

    unit_id: Annotated[UUID, Meta(description="单元", examples=[UNIT_ID])]
    tenant: Annotated[
        str, Meta(min_length=1, max_length=100, description="承租人", examples=["上海栖木数字科技有限公司"])
    ]
    uscc: Uscc = ""
    lease_begins_on: Annotated[date | None, Meta(description="租期起", examples=["2026-09-24"])] = None
    lease_ends_on: Annotated[date | None, Meta(description="租期止", examples=["2029-09-23"])] = None
    moved_in_on: Annotated[date | None, Meta(description="迁入日", examples=["2026-10-01"])] = None


class MoveOutQuestion(Question, frozen=True, kw_only=True):
    """哪天迁出的。"""

    on: Annotated[date, Meta(description="迁出日，不晚于今天", examples=["2026-11-20"])]


class FilingQuestion(Question, frozen=True, kw_only=True):
    """代物业备案：为哪处载体，备哪些单元，谁出租。"""

    clerk: Clerk
    carrier_id: Annotated[UUID, Meta(description="载体", examples=[UNIT_ID])]
    on_behalf_of: Annotated[
        str, Meta(min_length=1, max_length=120, description="代哪家单位备案", examples=["上海汇澜物业管理有限公司"])
    ]
    title_situation: Annotated[
        TitleSituation, Meta(description="产权人自行出租、委托运营、承租后转租", examples=["owner_lets"])
    ] = TitleSituation.OWNER_LETS
    scope_kind: Annotated[ScopeKind, Meta(description="整个载体、按幢、按层、按单元", examples=["whole"])] = (
        ScopeKind.WHOLE
    )
    scope: Annotated[
        list[Annotated[str, Meta(max_length=60)]],
        Meta(
            max_length=5000, description="按幢写幢名，按层写 `幢名|楼层`，按单元写单元编号；整个载体不写", examples=[[]]
        ),
    ] = []
    note: Annotated[str, Meta(max_length=1000, description="给审批员的说明", examples=[""])] = ""


class SubmitQuestion(Question, frozen=True, kw_only=True):
    """提交备案，并作承诺。"""

    clerk: Clerk
    declared: Annotated[bool, Meta(description="申报单位已作真实性承诺，必须为 true", examples=[True])]
