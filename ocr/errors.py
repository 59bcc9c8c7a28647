"""Why a document cannot be read, each reason with the sentence that a person at a counter is shown."""

from typing import Literal

Code = Literal[
    "empty",
    "truncated",
    "damaged",
    "encrypted",
    "unknown_format",
    "disguised",
    "office_file",
    "ofd_file",
    "heic_photo",
    "archive_file",
    "no_pages",
    "no_such_page",
    "too_big",
    "too_many_pages",
    "too_many_pixels",
    "timeout",
    "out_of_memory",
    "crashed",
]

SENTENCES: dict[Code, str] = {
    "empty": "文件是空的，请重新选择文件上传。",
    "truncated": "文件不完整，可能在传输中断开，请重新上传或重新扫描。",
    "damaged": "文件已损坏，无法打开，请重新导出或重新扫描。",
    "encrypted": "文件设有打开密码，请去除密码后再上传。",
    "unknown_format": "不支持这种文件，请上传 PDF、TIFF、JPEG、PNG、WebP 或 BMP。",
    "disguised": "文件的内容是网页或文本，与文件名不符，请上传原件的扫描件或照片。",
    "office_file": "这是 Office 文档，请另存为 PDF 后再上传。",
    "ofd_file": "这是 OFD 版式文件，请另存为 PDF 后再上传。",
    "heic_photo": "这是 HEIC 格式的手机照片，请在手机设置中改为“兼容性最佳”，或另存为 JPEG 后再上传。",
    "archive_file": "这是压缩包，请解压后把里面的文件逐个上传。",
    "no_pages": "文件里没有任何页面，请检查后重新上传。",
    "no_such_page": "文件里没有这一页。",
    "too_big": "文件太大，请拆分或降低扫描分辨率后再上传。",
    "too_many_pages": "文件页数太多，请拆分后再上传。",
    "too_many_pixels": "图片尺寸太大，请降低分辨率后再上传。",
    "timeout": "文件太复杂，未能在规定时间内读完，可以改为人工查看。",
    "out_of_memory": "文件展开后太大，无法读取，请重新导出或重新扫描。",
    "crashed": "文件无法读取，可能已损坏，可以改为人工查看。",
}


class Unreadable(Exception):
    """A document that cannot be read: `code` for programs, `message` for people, `detail` for the log only."""

    def __init__(self, code: Code, detail: str = "") -> None:
        super().__init__(SENTENCES[code])
        self.code: Code = code
        self.message = SENTENCES[code]
        self.detail = detail

    def __repr__(self) -> str:
        return f"Unreadable({self.code!r}, {self.detail!r})"
