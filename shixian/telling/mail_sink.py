"""A mail server for practice: takes every message, delivers none, and keeps each as an .eml file in a folder.

For the demonstration and the tests. It listens on this machine alone, knows no password and no encryption, and must
never stand where a real mail server is meant.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from itertools import count
from pathlib import Path

HOST = "127.0.0.1"
LARGEST = 10 * 1024 * 1024  # bytes of a message


@dataclass(frozen=True, slots=True)
class Mail:
    """A message that was taken, as one reads it."""

    file: Path
    sender: str
    recipient: str
    subject: str
    body: str


class MailSink:
    """One folder and its SMTP conversations. `now` names the files."""

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self.folder = folder
        self._now = now
        self._numbers = count(1)

    async def listen(self, port: int) -> asyncio.Server:
        """Start listening; port 0 takes a free one."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return await asyncio.start_server(self._converse, HOST, port, limit=LARGEST)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipients: list[str] = []
        sender = ""

        async def say(text: str) -> None:
            writer.write(f"{text}\r\n".encode())
            await writer.drain()

        try:
            await say("220 shixian practice sink, delivers nothing")
            while line := await reader.readline():
                words = line.decode("utf-8", "replace").strip()
                verb = words[:4].upper()
                if verb in ("EHLO", "HELO", "NOOP"):
                    await say("250 shixian")
                elif verb == "RSET":
                    sender, recipients = "", []
                    await say("250 OK")
                elif verb == "MAIL":
                    sender, recipients = _between(words), []
                    await say("250 OK")
                elif verb == "RCPT":
                    recipients.append(_between(words))
                    await say("250 OK")
                elif verb == "DATA" and recipients:
                    await say("354 end with a single dot")
                    kept = self._keep(sender, recipients, await _content(reader))
                    await say(f"250 kept as {kept.name}")
                    sender, recipients = "", []
                elif verb == "QUIT":
                    await say("221 bye")
                    return
                else:
                    await say("503 not now" if verb == "DATA" else "502 not known here")
        except (ConnectionError, ValueError, asyncio.IncompleteReadError):
            pass  # the other side went away, or sent a line longer than any message: nothing was kept
        finally:
            writer.close()

    def _keep(self, sender: str, recipients: list[str], content: bytes) -> Path:
        stamp = self._now().strftime("%Y%m%d-%H%M%S")
        envelope = f"X-Envelope-From: {sender}\r\nX-Envelope-To: {', '.join(recipients)}\r\n".encode()
        while True:
            path = self.folder / f"{stamp}-{next(self._numbers):05d}.eml"
            try:
                with path.open("xb") as file:
                    file.write(envelope + content)
                return path
            except FileExistsError:
                continue


def read_mails(folder: Path) -> list[Mail]:
    """What a folder holds, the oldest first."""
    found = []
    for file in sorted(folder.glob("*.eml")):
        message = message_from_bytes(file.read_bytes(), policy=policy.default)
        part = message.get_body(("plain", "html"))
        body = "" if part is None else part.get_content()
        found.append(Mail(file, str(message["From"]), str(message["X-Envelope-To"]), str(message["Subject"]), body))
    return found


async def _content(reader: asyncio.StreamReader) -> bytes:
    """The lines up to a single dot, with doubled dots made single. ValueError when they are too many."""
    lines: list[bytes] = []
    size = 0
    while (line := await reader.readline()) not in (b".\r\n", b".\n"):
        if not line:
            raise asyncio.IncompleteReadError(b"", None)
        size += len(line)
        if size > LARGEST:
            raise ValueError("too large")
        lines.append(line[1:] if line.startswith(b"..") else line)
    return b"".join(lines)


def _between(words: str) -> str:
    """The address of `MAIL FROM:<a@b>`; control characters cannot reach the file's headers."""
    inside = words.partition("<")[2].partition(">")[0]
    return "".join(character for character in inside if character.isprintable())
