"""Drop payment files where the bank's or treasury's client picks them up.

A file that was dropped is never changed: paying from a file that changes under the reader's hands
is how a batch is paid twice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from subsidy.senders.envelope import (
    Envelope,
    PermanentFailureError,
    Receipt,
    TemporaryFailureError,
)
from subsidy.senders.files import put

_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,120}")


@dataclass(frozen=True)
class BankFolder:
    """Writes the attachments of an envelope into a folder, each whole, each once."""

    folder: Path

    def send(self, envelope: Envelope) -> Receipt:
        """Drop every file; one that lies there with the same bytes counts as dropped.

        A file of the name with other bytes is a permanent failure: somebody has to look.
        """
        if not envelope.attachments:
            msg = f"outbox row {envelope.key} has no payment file: attach the written file"
            raise PermanentFailureError(msg)
        for attachment in envelope.attachments:
            if not _NAME.fullmatch(attachment.name):
                msg = f"outbox row {envelope.key}: its file name has signs that no bank takes"
                raise PermanentFailureError(msg)
        for attachment in envelope.attachments:
            self._drop(attachment.name, attachment.content)
        return Receipt("bank_folder", ", ".join(file.name for file in envelope.attachments))

    def _drop(self, name: str, content: bytes) -> None:
        path = self.folder / name
        try:
            if put(path, content, replace=False) or path.read_bytes() == content:
                return
        except OSError as trouble:
            msg = f"bank folder cannot be written ({trouble.strerror}): check space and rights"
            raise TemporaryFailureError(msg) from trouble
        msg = f"{name} lies in the bank folder with other content: compare both before paying"
        raise PermanentFailureError(msg)
