"""拒绝: what the domain says no with: the sentence for the person at the desk, and nothing of HTTP."""

from typing import ClassVar


class Refusal(Exception):
    """The system says no, in a sentence that says what is the case and what to do about it."""

    code: ClassVar[str] = "refused"
    sentence: ClassVar[str] = "现在不能这样做。"

    def __init__(self, sentence: str | None = None, **facts: str) -> None:
        self.message = (sentence or self.sentence).format(**facts)
        self.facts = facts
        super().__init__(self.message)


class NotFound(Refusal):
    """It does not exist, or it is somebody else's: the two answers are the same."""

    code = "not_found"
    sentence = "没有找到，可能已被移走，或不在您的管辖范围内。"


class NotAllowed(Refusal):
    """This role may not do this, whatever the object."""

    code = "not_allowed"
    sentence = "您的岗位不办理这项业务。"


class NotSignedIn(Refusal):
    code = "not_signed_in"
    sentence = "请先登录。"


class Invalid(Refusal):
    """What was typed cannot be right; `fields` maps a field to its sentence for the error summary."""

    code = "invalid"
    sentence = "有几处需要更正。"

    def __init__(self, fields: dict[str, str], sentence: str | None = None) -> None:
        super().__init__(sentence)
        self.fields = fields


class Conflict(Refusal):
    """Somebody else was quicker, or the thing has moved on since it was shown."""

    code = "conflict"
    sentence = "这件事刚被别人办理过，请刷新后再看。"


class TooMany(Refusal):
    """Too often; `wait_seconds` says how long to wait."""

    code = "too_many"
    sentence = "操作太频繁，请稍后再试。"

    def __init__(self, wait_seconds: int, sentence: str | None = None) -> None:
        super().__init__(sentence)
        self.wait_seconds = wait_seconds


class TooLarge(Refusal):
    code = "too_large"
    sentence = "文件太大。"


class Unavailable(Refusal):
    """A part of the system is away for the moment; nothing was lost."""

    code = "unavailable"
    sentence = "存储服务暂时没有响应，请稍后再试；已保存的内容不会丢失。"
