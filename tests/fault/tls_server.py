# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright 2026 The Maquette developers
"""Servers with certificates that are not to be trusted, made on the spot."""

import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading

from harness import TOP, Skip


def openssl(*words):
    if shutil.which("openssl") is None:
        raise Skip("openssl is not here")
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def certificate(name, subject, *options):
    """The paths of a certificate for the host SUBJECT and of its key, signed by itself unless OPTIONS say otherwise."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"tls-{name}-", dir=TOP))
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", folder / "key.pem",
            "-out", folder / "cert.pem", "-subj", f"/CN={subject}", "-addext", f"subjectAltName=DNS:{subject}", *options)
    return folder / "cert.pem", folder / "key.pem"


class TlsServer:
    """Accepts TLS with a bad certificate and keeps what a client says nevertheless."""

    def __init__(self, certificate, key):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"https://localhost:{self.socket.getsockname()[1]}"
        self.said = b""
        threading.Thread(target=self.serve, args=(context,), daemon=True).start()

    def close(self):
        self.socket.close()

    def serve(self, context):
        while True:
            try:
                peer, _address = self.socket.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(peer, server_side=True) as stream:
                    stream.settimeout(2)
                    self.said += stream.recv(10000)
            except OSError:
                peer.close()
