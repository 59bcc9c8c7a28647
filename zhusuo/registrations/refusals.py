"""What the counter is told when a reuse or its outcome cannot be."""

from zhusuo.errors import Conflict, Refusal


class NotCovered(Refusal):
    code = "not_covered"
    sentence = "“{unit}”没有生效的备案，不能调用，请按一般材料受理。"


class VersionExpired(Refusal):
    code = "version_expired"
    sentence = "档案 {dossier} 的有效期已到 {day}，须由物业复核后才能调用。"


class UnitTaken(Conflict):
    """Somebody is registered in the same space, or it is held for them, and it may not be shared."""

    code = "unit_taken"
    sentence = "{unit} 自 {since} 起{how}，一处住所只登记一户。"


class UnitGone(Conflict):
    """It was split, merged or retired, perhaps a moment ago."""

    code = "unit_gone"
    sentence = "“{unit}”已分割、合并或停用，请重新查询，按现在的单元办理。"


class AlreadyReused(Conflict):
    code = "already_reused"
    sentence = "本案已于 {since} 调用过这个单元，凭证编号 {number}。"


class LeaseMissing(Refusal):
    code = "lease_missing"
    sentence = "请先附上{name}。"


class LeaseRefused(Refusal):
    code = "lease_refused"
    sentence = "租赁合同核对不通过：{findings}"


class ReasonNeeded(Refusal):
    code = "reason_needed"
    sentence = "办理前请写明理由：{findings}"


class FlagBlocks(Refusal):
    code = "flag_blocks"
    sentence = "这个单元暂不能调用：{text}"


class ClerkNamed(Refusal):
    code = "clerk_needed"
    sentence = "没有写明由哪位审批员办理。请在接入系统里登记经办人的工号后再试。"
