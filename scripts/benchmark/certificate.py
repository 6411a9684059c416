# SPDX-License-Identifier: Apache-2.0
"""The certificate that each server of a run shows, signed by itself, and the one cipher for all."""

import subprocess

from processes import Failure

# Each would choose a different one, which measures OpenSSL.
CIPHER = "TLS_AES_128_GCM_SHA256"
NAME = "bench.test"
made_before = {}


def make(directory):
    """cert.pem, key.pem and both.pem in that folder. Made once for all folders of a run."""
    key, certificate = directory / "key.pem", directory / "cert.pem"
    if made_before:
        for name, octets in made_before.items():
            (directory / name).write_bytes(octets)
        return
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                           "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
                           "-keyout", key, "-out", certificate],
                          capture_output=True, text=True)
    if made.returncode != 0:
        raise Failure(f"openssl makes no certificate: {made.stderr.strip()}")
    (directory / "both.pem").write_text(certificate.read_text() + key.read_text())
    made_before.update({name: (directory / name).read_bytes() for name in ("cert.pem", "key.pem", "both.pem")})
