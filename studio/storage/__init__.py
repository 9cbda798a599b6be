"""The only place that writes user data: atomic replace, durable append, committed folders, leases.

Every system call that changes the disk goes through `disk.DISK`, so that a test can make any one of them fail
(killed before, killed after, torn, disk full) and look at what is left. What is promised:

- a file written by `write_file` is the old one or the new one, never a mixture;
- a line appended to a `Log` is there whole or not at all, and a torn tail never joins the next line;
- a folder made by `Stage` has its name only when every byte of it is on disk and in its manifest;
- a folder that has its name is never lost: replaced or removed, it is one or the other after any crash (and a `sweep`);
- a `Lease` has at most one live holder, and a dead one's is free.
"""

from studio.storage.disk import make_folder
from studio.storage.files import Log, copy_file, open_output, remove_file, sha256, write_file, write_json, write_with
from studio.storage.folders import MANIFEST, Stage, problems_of, remove_folder, sweep
from studio.storage.lease import Hold, Holder, Lease
from studio.storage.parts import Part, discard, link_or_move

__all__ = [
    "MANIFEST",
    "Hold",
    "Holder",
    "Lease",
    "Log",
    "Part",
    "Stage",
    "copy_file",
    "discard",
    "link_or_move",
    "make_folder",
    "open_output",
    "problems_of",
    "remove_file",
    "remove_folder",
    "sha256",
    "sweep",
    "write_file",
    "write_json",
    "write_with",
]
