# SPDX-License-Identifier: Apache-2.0
"""The site behind all fronts: nginx on 127.0.0.1, because it costs the least of what is at hand."""

import dataclasses
import http.client
import os
import socket

import certificate
from processes import Failure, free_port

SMALL = "fifty-three bytes, which is what the design measured\n"
UPLOAD = 64 * 1024
FILES = {"1k": 1024, "64k": 64 * 1024, "10m": 10 * 1024 * 1024}

# `return` alone answers before it has read the request's body, which would measure how fronts deal with early
# answers. Passing the upload on, in memory and whole, makes nginx read all of it first; `check` proves it.
CONF = """\
daemon off;
{user}
worker_processes 1;
pid {dir}/backend.pid;
error_log {dir}/backend-error.log;
events {{ worker_connections 19000; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    keepalive_timeout 300s;
    default_type application/octet-stream;
    client_body_temp_path {dir}/backend-body;
    proxy_temp_path {dir}/backend-proxy;
    fastcgi_temp_path {dir}/backend-fastcgi;
    uwsgi_temp_path {dir}/backend-uwsgi;
    scgi_temp_path {dir}/backend-scgi;
    upstream done {{ server unix:{dir}/done.sock; keepalive 64; }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        listen 127.0.0.1:{tls_port} ssl backlog=4096;
        ssl_certificate {dir}/cert.pem;
        ssl_certificate_key {dir}/key.pem;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_conf_command Ciphersuites {cipher};
        ssl_session_cache shared:tls:1m;
        root {dir}/files;
        location = /status {{ stub_status; }}
        location = /small {{ default_type text/plain; return 200 "{small}"; }}
        location = /upload {{
            client_max_body_size 1m;
            client_body_buffer_size 256k;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_pass http://done/;
        }}
    }}
    server {{
        listen unix:{dir}/done.sock;
        location / {{ client_max_body_size 1m; return 200 "taken\\n"; }}
    }}
}}
"""


@dataclasses.dataclass
class Backend:
    port: int
    tls_port: int
    ca: str  # file of the certificate that it shows at tls_port

    def accepted(self):
        """Connections that it has accepted so far, but for those that ask this."""
        self._asked = getattr(self, "_asked", 0) + 1
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        asking.request("GET", "/status", headers={"Connection": "close"})
        accepts = asking.getresponse().read().decode().splitlines()[2].split()[0]
        asking.close()
        return int(accepts) - self._asked


def start(directory, group):
    port, tls_port = free_port("127.0.0.1"), free_port("127.0.0.1")
    certificate.make(directory)
    (directory / "files").mkdir()
    for name, size in FILES.items():
        (directory / "files" / name).write_bytes(os.urandom(1024) * (size // 1024))
    conf = directory / "backend.conf"
    conf.write_text(CONF.format(dir=directory, port=port, tls_port=tls_port, cipher=certificate.CIPHER,
                                small=SMALL.replace("\n", "\\n"),
                                user="user www-data;" if os.geteuid() == 0 else ""))
    command = ["/usr/sbin/nginx", "-p", directory, "-e", directory / "backend-error.log", "-c", conf]
    group.start("the backend", command, directory / "backend-error.log", "127.0.0.1", port)
    check(port)
    return Backend(port, tls_port, directory / "cert.pem")


def check(port):
    """The backend says nothing before an upload's last byte, and answers after it."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
        head = f"POST /upload HTTP/1.1\r\nHost: site\r\nContent-Length: {UPLOAD}\r\n\r\n"
        client.sendall(head.encode() + b"x" * (UPLOAD - 1))
        client.settimeout(0.2)
        try:
            early = client.recv(4096)
        except TimeoutError:
            early = None
        client.settimeout(5)
        client.sendall(b"x")
        answer = client.recv(4096)
    if early is not None or not answer.startswith(b"HTTP/1.1 200"):
        raise Failure("the backend does not read uploads to their end before it answers")
