"""Check a receipt without Wufei: python verify_receipt.py RECEIPT.json [PUBLIC-KEY-HEX]"""

import json
import sys
from hashlib import sha256
from pathlib import Path


def check(good, text):
    sys.exit(f"BAD  {text}") if not good else sys.stdout.write(f"ok   {text}\n")


receipt = json.loads(Path(sys.argv[1]).read_text("utf-8"))
leaf, proof, root = receipt["leaf"], receipt["proof"], receipt["root"]
found = sha256(b"\0" + receipt["entry"].encode()).digest()
check(found.hex() == leaf["hash"], "the leaf is the hash of this content")
for name, one in receipt["disclosed"].items():
    salted = sha256(bytes.fromhex(one["salt"]) + one["value"].encode()).hexdigest()
    check(salted == json.loads(receipt["entry"])["personal"][name], f"{name} {one['value']}")
proof or sys.exit("It has no proof yet: fetch the receipt again in a minute.")
place, last = leaf["number"], proof["size"] - 1  # RFC 9162, 2.1.3.2
check(0 <= place <= last, f"leaf {place:,} of {proof['size']:,}")
for sibling in map(bytes.fromhex, proof["path"]):
    last or check(False, "the path is too long")
    right = place & 1 or place == last
    found = sha256(b"\1" + (sibling + found if right else found + sibling)).digest()
    while right and place and not place & 1:
        place, last = place >> 1, last >> 1
    place, last = place >> 1, last >> 1
check(last == 0 and found.hex() == proof["root"], "the path leads to the root")
root or sys.exit("No signed root holds it yet: fetch the receipt again tomorrow.")
note = json.loads(root["note"])
check((note["hash"], note["size"]) == (proof["root"], proof["size"]), "that root is the signed one")
key = sys.argv[2] if len(sys.argv) > 2 else root["public_key"]
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: E402

signature, public = bytes.fromhex(root["signature"]), bytes.fromhex(key)
Ed25519PublicKey.from_public_bytes(public).verify(signature, root["note"].encode())  # or raises
check(True, f"signed {note['at']} with {key}: compare this key with one you got another way")
