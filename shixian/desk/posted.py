"""What a form of the office brings: its texts by name, and the files of an act, stored as they come.

Handlers take `Posted` after their access, so that nobody without it makes us read a body; a body above the limit is
refused before it is read. `desk.forms` is the narrower reader for the public.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from shixian.casework.uploads import store_upload, uploaded_by
from shixian.desk.viewer import Viewer, config_of
from shixian.display.act_form import ActForm, FormDocument
from shixian.rules.errors import CaseworkError

FILES = 20  # files in one form
AT_ONCE = 4  # files of the greatest size in one form
SLACK = 1024 * 1024  # bytes of the form that are not files
FIELDS = 4000


@dataclass(frozen=True, slots=True)
class PostedForm:
    """`texts` has the last value of each name, `lists` all of them."""

    texts: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]
    files: Mapping[str, UploadFile]


async def posted(request: Request) -> PostedForm:
    """The form of a request. 413 when it is too large, 411 when it does not say how large, 400 when it is broken."""
    limit = config_of(request).upload_limit * AT_ONCE + SLACK
    length = request.headers.get("content-length", "")
    if not (length.isascii() and length.isdigit()):
        raise HTTPException(411, "未写明内容长度")
    if len(length) > 15 or int(length) > limit:
        raise HTTPException(413, f"一次提交不得超过 {limit // 1024 // 1024} MB；文件请分次上传")
    try:
        form = await request.form(max_files=FILES, max_fields=FIELDS, max_part_size=SLACK)
    except (ValueError, UnicodeError) as error:
        raise HTTPException(400, "提交的内容不能读取") from error
    lists: dict[str, tuple[str, ...]] = {}
    files: dict[str, UploadFile] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                files[name] = value
        else:
            lists[name] = (*lists.get(name, ()), _plain(value))
    return PostedForm({name: values[-1] for name, values in lists.items()}, lists, files)


Posted = Annotated[PostedForm, Depends(posted)]


def _plain(text: str) -> str:
    """The text without what cannot be stored: control characters, halves of characters."""
    kept = "".join(letter for letter in text.replace("\r\n", "\n") if letter in "\n\t" or ord(letter) >= 32)
    return kept.encode("utf-8", "ignore").decode()


def with_files(viewer: Viewer, form: ActForm, given: PostedForm) -> ActForm:
    """The form with its documents as brought: stored now, stored by an earlier try, or as paper in the office."""
    return replace(form, documents=tuple(_brought(viewer, one, given) for one in form.documents))


def _brought(viewer: Viewer, one: FormDocument, given: PostedForm) -> FormDocument:
    config = viewer.config
    file = given.files.get(f"file.{one.key}")
    if file is not None:
        try:
            stored = store_upload(
                config.engine,
                file.filename or "",
                file.file.read(config.upload_limit + 1),
                media_type=file.content_type or "",
                limit=config.upload_limit,
                person=viewer.someone,
                now=config.now(),
            )
        except CaseworkError as error:
            return replace(one, wrong=f"{error.message}。{error.remedy or ''}")
        return replace(one, kept=stored.sha256, kept_name=stored.name, kept_size=stored.size)
    before = given.texts.get(f"kept.{one.key}", "")
    known = uploaded_by(config.engine, before, viewer.someone) if before else None
    if known is not None:
        return replace(one, kept=known.sha256, kept_name=known.name, kept_size=known.size)
    return replace(one, paper=f"paper.{one.key}" in given.texts)


def documents_of(form: ActForm) -> tuple[dict[str, str], ...]:
    """The documents as an act takes them: with the hash and size of the file, or as paper."""
    found = []
    for one in form.documents:
        if one.kept:
            told = {"name": one.kept_name, "sha256": one.kept, "size": str(one.kept_size)}
            found.append({"document": one.key, **told})
        elif one.paper:
            found.append({"document": one.key, "name": "纸质原件"})
    return tuple(found)
