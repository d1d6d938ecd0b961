"""Makes a signing key: ``python -m pratikoai.keys [--secret NAME]``.

The private half goes into the secret, or to standard output without one; the public half is printed for
``JWT_PUBLIC_KEYS`` in the stack's configuration. To exchange a key, list both public keys, then write the new private
one, and drop the old public key when the last refresh token has expired.
"""

from __future__ import annotations

import argparse
import json
import sys
import uuid

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm


def make_pair(key_id: str) -> tuple[str, str]:
    """A new RSA key of 2048 bits.

    Args:
        key_id: Name that tokens carry in ``kid``.

    Returns:
        The secret's content, and the JSON Web Key Set with the public half.
    """
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = json.loads(RSAAlgorithm.to_jwk(key.public_key()))
    entry = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": key_id, "n": public["n"], "e": public["e"]}
    return json.dumps({"kid": key_id, "privateKey": pem}), json.dumps({"keys": [entry]}, separators=(",", ":"))


def main(arguments: list[str] | None = None) -> int:
    """Make a pair, store the private half, print the public one."""
    parser = argparse.ArgumentParser(prog="python -m pratikoai.keys", description="Make a signing key.")
    parser.add_argument("--secret", help="name of the secret that receives the private half")
    options = parser.parse_args(arguments)
    private, public = make_pair(uuid.uuid4().hex[:12])
    if options.secret:
        from pratikoai import clients

        clients.secrets().put_secret_value(SecretId=options.secret, SecretString=private)
    else:
        print(private, file=sys.stderr)
    print(public)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
