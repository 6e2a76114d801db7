"""The zip of a WACZ while it is being written: its files, their digests, and the description that lists them. Knows no capture."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from archive.export.warcs import Progress

VERSION = "1.1.1"
UNNAMEABLE = re.compile(r"[^a-z0-9._-]")


@dataclass(frozen=True, slots=True)
class Resource:
    """A file of the package, as `datapackage.json` lists it."""

    name: str
    path: str
    hash: str
    bytes: int


class Package:
    """Files are added one after the other, at last the description of all of them. `created` is the time that all of them get."""

    def __init__(self, file: ZipFile, created: datetime) -> None:
        self._zip, self._created = file, created.astimezone(UTC)
        self._resources: list[Resource] = []

    def add(self, path: str, chunks: Iterable[bytes], *, size: int = 0, progress: Progress = int) -> None:
        """`size` in bytes where the file may be large: past 2 GiB a zip needs other fields."""
        digest, total = hashlib.sha256(), 0
        info = self._info(path)
        info.file_size = size
        with self._zip.open(info, "w") as member:
            for chunk in chunks:
                member.write(chunk)
                digest.update(chunk)
                total += len(chunk)
                progress(len(chunk))
        name = UNNAMEABLE.sub("-", path.rpartition("/")[2].lower())
        self._resources.append(Resource(name, path, f"sha256:{digest.hexdigest()}", total))

    def describe(self, said: Mapping[str, Any]) -> None:
        """Add `datapackage.json`, with what is said of the whole, and the file with its digest. Nothing can come after them."""
        always = {"profile": "data-package", "wacz_version": VERSION, "created": f"{self._created:%Y-%m-%dT%H:%M:%SZ}"}
        package = _json({**always, **said, "resources": [asdict(one) for one in self._resources]})
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(package).hexdigest()}"}
        self._zip.writestr(self._info("datapackage.json"), package)
        self._zip.writestr(self._info("datapackage-digest.json"), _json(digest))

    def _info(self, path: str) -> ZipInfo:
        """What a reader seeks in must not be deflated: WARC files, packed or not, and the packed index."""
        info = ZipInfo(path, self._created.timetuple()[:6])
        info.compress_type = ZIP_STORED if path.startswith("archive/") or path.endswith(".gz") else ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        return info


def _json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, ensure_ascii=False, indent=2).encode("utf-8")
