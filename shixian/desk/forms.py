"""Forms from the public: read within bounds before anything looks at them, without characters that cannot be kept."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from shixian.desk.viewer import config_of

MOST_FIELDS, MOST_FILES, LONGEST_FIELD = 60, 10, 64 * 1024


@dataclass(frozen=True, slots=True)
class PublicForm:
    """The fields of a form by name; `files` keeps those that have a name."""

    data: FormData

    def text(self, name: str) -> str:
        """A field's text; empty when it is missing, is a file, or holds control characters (but for line breaks)."""
        value = self.data.get(name)
        return _plain(value) if isinstance(value, str) else ""

    def files(self, name: str) -> list[UploadFile]:
        return [one for one in self.data.getlist(name) if isinstance(one, UploadFile) and one.filename]


def _plain(text: str) -> str:
    text = text.replace("\r\n", "\n")
    kept = "".join(one for one in text if one in "\n\t" or ord(one) >= 32)
    return kept.encode("utf-8", "ignore").decode()


async def read_form(request: Request) -> PublicForm:
    """The form of a request. 413 for one that is too large (or does not say how large), 400 for one that is broken."""
    length = request.headers.get("content-length", "")
    limit = config_of(request).upload_limit * 2
    if not length.isascii() or not length.isdigit():
        raise HTTPException(411, "请求没有写明长度，不能读取")
    if len(length) > 15 or int(length) > limit:
        raise HTTPException(413, f"一次提交的内容至多 {limit // 1024 // 1024} MB，请减少或压缩材料")
    try:
        data = await request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=LONGEST_FIELD)
    except HTTPException as error:
        raise HTTPException(400, "所提交的表单不能读取，请从本站页面重新填写") from error
    except (UnicodeError, ValueError) as error:
        raise HTTPException(400, "所提交的表单不能读取，请从本站页面重新填写") from error
    return PublicForm(data)
