"""表格: the supervisor's lists as XLSX; whatever text is in them stays text."""

from collections.abc import Iterable
from datetime import date

from zhusuo.carriers.tables import workbook
from zhusuo.ports.supervision.reads import CarrierRow, RegistrationRow

MOST_ROWS = 100_000
CARRIERS = (
    *("编号", "载体", "类型", "街镇", "地址", "管理方", "备案", "备案有效至"),
    *("可登记单元", "备案覆盖单元", "在驻企业", "登记企业"),
)
REGISTRATIONS = ("企业", "统一社会信用代码", "状态", "登记日期", "载体", "单元", "街镇", "物业确认")
ANSWERS = {None: "", True: "在此处", False: "不在此处"}


def carriers(rows: Iterable[CarrierRow], day: date) -> bytes:
    return workbook("载体", CARRIERS, (_carrier(row, day) for row in rows))


def registrations(rows: Iterable[RegistrationRow]) -> bytes:
    return workbook("登记企业", REGISTRATIONS, (_registration(row) for row in rows))


def _carrier(row: CarrierRow, day: date) -> tuple[object, ...]:
    return (
        row.number,
        row.name,
        row.kind.label,
        row.subdistrict,
        row.address,
        row.manager,
        row.standing(day)[1],
        row.valid_until,
        row.unit_count,
        row.covered_count,
        row.tenant_count,
        row.registered_count,
    )


def _registration(row: RegistrationRow) -> tuple[object, ...]:
    return (
        row.applicant,
        row.uscc,
        row.status.label,
        row.registered_on,
        row.carrier,
        row.unit,
        row.subdistrict,
        ANSWERS[row.here],
    )
