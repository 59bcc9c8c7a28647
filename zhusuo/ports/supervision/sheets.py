"""表格: the supervisor's lists as they are taken along; whatever text is in them stays text."""

from datetime import date

from zhusuo.ports.common.files import Listing
from zhusuo.ports.supervision.reads import CarrierRow, RegistrationRow

ANSWERS = {None: "", True: "在此处", False: "不在此处"}


def carriers(day: date) -> Listing[CarrierRow]:
    return Listing(
        name="载体",
        noun="carrier",
        columns={
            "编号": lambda row: row.number,
            "载体": lambda row: row.name,
            "类型": lambda row: row.kind.label,
            "街镇": lambda row: row.subdistrict,
            "地址": lambda row: row.address,
            "管理方": lambda row: row.manager,
            "备案": lambda row: row.standing(day)[1],
            "备案有效至": lambda row: row.valid_until,
            "可登记单元": lambda row: row.unit_count,
            "备案覆盖单元": lambda row: row.covered_count,
            "在驻企业": lambda row: row.tenant_count,
            "登记企业": lambda row: row.registered_count,
        },
    )


REGISTRATIONS = Listing[RegistrationRow](
    name="登记企业",
    noun="registration",
    columns={
        "企业": lambda row: row.applicant,
        "统一社会信用代码": lambda row: row.uscc,
        "状态": lambda row: row.status.label,
        "登记日期": lambda row: row.registered_on,
        "载体": lambda row: row.carrier,
        "单元": lambda row: row.unit,
        "街镇": lambda row: row.subdistrict,
        "物业确认": lambda row: ANSWERS[row.here],
    },
)
