"""Writes a wheel or a source distribution: an order in JSON on standard input, the archive on standard output."""

import base64
import hashlib
import io
import json
import sys
import tarfile
import zipfile

order = json.load(sys.stdin)
stem = f"{order['name']}-{order['version']}"
files = [(name, text.encode()) for name, text in order["files"]]
out = io.BytesIO()
if order["kind"] == "wheel":
    needs = "".join(f"Requires-Dist: {need}\n" for need in order["needs"])
    about = f"Metadata-Version: 2.1\nName: {order['name']}\nVersion: {order['version']}\n{needs}"
    files.append((f"{stem}.dist-info/METADATA", about.encode()))
    files.append((f"{stem}.dist-info/WHEEL", b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"))
    record = ""
    for name, text in files:
        digest = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(text)}\n"
    record += f"{stem}.dist-info/RECORD,,\n"
    files.append((f"{stem}.dist-info/RECORD", record.encode()))
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files:
            # `blob:N` stands for N zeros: a small wheel that unpacks to much.
            if text.startswith(b"blob:"):
                text = bytes(int(text[5:]))
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
else:
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, text in files:
            entry = tarfile.TarInfo(f"{stem}/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))
sys.stdout.buffer.write(out.getvalue())
