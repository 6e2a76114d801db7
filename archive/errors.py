"""Every error this project raises on purpose, in one tree.

    ArchiveError                 anything a user can be told in one sentence
    ├── UsageError               the request itself is wrong (exit 2)
    │   ├── SiteFileError        a site or family file: names file and key
    │   ├── UnknownSite          no site of that name
    │   └── UnknownCapture       no capture of that id
    ├── Locked                   another run holds the lock (exit 3)
    ├── StorageError             the disk or a file on it will not do (exit 1)
    │   └── BrokenRecord         a WARC record that cannot be read back
    ├── BrokenEncoding           a body that is not what its Content-Encoding says
    │   └── TooLargeUnpacked     or is more than anyone wants
    └── RunFailed                the run ended short or broken (exit 1)

A page that cannot be read is no exception: it is a `records.Failure` with a named reason.
"""


class ArchiveError(Exception):
    """Base of all; `exit_code` is what the command line ends with."""

    exit_code = 1


class UsageError(ArchiveError):
    exit_code = 2


class SiteFileError(UsageError):
    """A site or family file is wrong. The message names the file, the key and the way out."""


class UnknownSite(UsageError):
    """No site file has this name."""


class UnknownCapture(UsageError):
    """The site's folder holds no capture of this id."""


class Locked(ArchiveError):
    """Another process holds the lock of this site folder or of the archive."""

    exit_code = 3


class StorageError(ArchiveError):
    """A file cannot be written or read: full disk, no permission, not a database."""


class BrokenRecord(StorageError):
    """A WARC record is cut off, or its digest does not match."""


class BrokenEncoding(ArchiveError):
    """A body that cannot be decoded: cut off, not what its Content-Encoding says, or too large when unpacked."""


class TooLargeUnpacked(BrokenEncoding):
    """A body that unpacks to more than the bound."""


class RunFailed(ArchiveError):
    """A run ended short of what was asked."""
