# SPDX-License-Identifier: Apache-2.0
"""The fronts, each as its careful operator would set it up, and all for the same duty: access log on or off,
X-Forwarded-For, the client's Host passed on, connections to the backend kept, one processor's worth of event loop
where that can be said, as many requests on a client's connection as it likes."""

import dataclasses
import os
import pathlib
import signal

import apache
import certificate
from processes import free_port

USER = "www-data" if os.geteuid() == 0 else None

NGINX = """\
daemon off;
{user}
worker_processes {workers};
pid {dir}/nginx.pid;
error_log {dir}/nginx-error.log;
events {{ worker_connections {connections}; }}
http {{
    access_log {nginx_log};
    client_body_temp_path {dir}/nginx-body;
    proxy_temp_path {dir}/nginx-proxy;
    fastcgi_temp_path {dir}/nginx-fastcgi;
    uwsgi_temp_path {dir}/nginx-uwsgi;
    scgi_temp_path {dir}/nginx-scgi;
    keepalive_requests 1000000000;
    # An upload in memory rather than in a file; a download at the client's pace rather than in a file.
    client_body_buffer_size 128k;
    proxy_max_temp_file_size 0;
    upstream site {{ server 127.0.0.1:{backend}; keepalive 512; keepalive_requests 1000000000; }}
    upstream secure {{ server 127.0.0.1:{backend_tls}; keepalive 512; keepalive_requests 1000000000; }}
    server {{
        listen [::1]:{plain} backlog=4096;
        listen [::1]:{tls} ssl http2 backlog=4096;
        ssl_certificate {dir}/cert.pem;
        ssl_certificate_key {dir}/key.pem;
        ssl_protocols TLSv1.2 TLSv1.3;
        ssl_conf_command Ciphersuites {cipher};
        ssl_session_cache shared:tls:1m;
        location / {{
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_pass http://site;
        }}
        {routes}
        location /https/ {{
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_ssl_verify on;
            proxy_ssl_trusted_certificate {ca};
            proxy_ssl_server_name on;
            proxy_ssl_name {name};
            proxy_ssl_protocols TLSv1.2 TLSv1.3;
            proxy_pass https://secure/;
        }}
    }}
    {more_hosts}
}}
"""

# HAProxy logs to a descriptor: here its standard output, which is a file.
HAPROXY = """\
global
    nbthread {workers}
    maxconn {half_connections}
    stats socket {dir}/haproxy.sock mode 600 level admin expose-fd listeners
    log stdout format raw local0 info
    {user}
    ssl-default-bind-ciphersuites {cipher}
defaults
    mode http
    log global
    {haproxy_log}
    option forwardfor
    http-reuse aggressive
    timeout connect 3s
    timeout client 60s
    timeout server 60s
frontend front
    bind [::1]:{plain} backlog 4096
    bind [::1]:{tls} backlog 4096 ssl crt {dir}/both.pem alpn h2,http/1.1
    use_backend secure if {{ path_beg /https/ }}
{more_rules}
    default_backend site
backend site
    server site 127.0.0.1:{backend}
backend secure
    http-request replace-path /https/(.*) /\\1
    server site 127.0.0.1:{backend_tls} ssl verify required ca-file {ca} sni str({name}) verifyhost {name}
{more_backends}
"""


@dataclasses.dataclass
class Front:
    name: str
    plain: int  # port
    tls: int    # port, HTTP/1.1 and HTTP/2 by ALPN
    pid: int = 0

    def url(self, tls, path):
        return f"http{'s' if tls else ''}://[::1]:{self.tls if tls else self.plain}{path}"


def nginx_command(conf, directory):
    return ["/usr/sbin/nginx", "-p", directory, "-e", directory / "nginx-error.log", "-c", conf]


def haproxy_command(conf, _directory):
    # With a master, which is what can be told to read its configuration again.
    return ["/usr/sbin/haproxy", "-W", "-db", "-f", conf]


def complete(values):
    """Where there is no site over TLS nobody asks for it, but the configurations name one. Access logs are on unless
    `logs` says something else."""
    logs = ({"nginx_log": f"{values['dir']}/nginx-access.log combined", "haproxy_log": "option httplog"}
            if values.get("logs", True) else {"nginx_log": "off", "haproxy_log": "no log"})
    all_of_them = dict(backend_tls=9, name=certificate.NAME, ca=f"{values['dir']}/cert.pem", workers=1,
                       connections=8192, spread=1, other=0, routes="", more_hosts="", more_rules="",
                       more_backends="") | logs | values
    # HAProxy counts clients, nginx both sides.
    return all_of_them | {"half_connections": all_of_them["connections"] // 2}


NGINX_PASS = """proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme;"""


def nginx_conf(**values):
    values = complete(values)
    more = range(1, values["spread"])
    named = {f"h{n}.test": "site" for n in more}
    upstream = ""
    if values["other"]:
        named["other.test"] = "other"
        upstream = f"upstream other {{ server 127.0.0.1:{values['other']}; keepalive 64; }}\n"
    values["more_hosts"] = upstream + "\n".join(
        f"    server {{ listen [::1]:{values['plain']}; server_name {name};\n        {NGINX_PASS}\n"
        f"        location / {{ proxy_pass http://{where}; }} }}" for name, where in named.items())
    values["routes"] = "\n".join(f"location /r{n}/ {{ {NGINX_PASS}\n        proxy_pass http://site/; }}" for n in more)
    return NGINX.format(user="user www-data;" if USER else "", **values)


def haproxy_conf(**values):
    """Hosts and routes are found by maps, as somebody does who has many."""
    values = complete(values)
    more, own = range(1, values["spread"]), pathlib.Path(values["dir"])
    if more:
        (own / "hosts.map").write_text("".join(f"h{n}.test h{n}\n" for n in more))
        (own / "routes.map").write_text("".join(f"/r{n}/ r{n}\n" for n in more))
        values["more_rules"] = (f"    use_backend %[path,map_beg({own}/routes.map)] if {{ path_beg /r }}\n"
                                f"    use_backend %[hdr(host),lower,map({own}/hosts.map,site)]")
        values["more_backends"] = "".join(
            f"backend h{n}\n    server site 127.0.0.1:{values['backend']}\n"
            f"backend r{n}\n    http-request replace-path /r{n}/(.*) /\\1\n"
            f"    server site 127.0.0.1:{values['backend']}\n" for n in more)
    if values["other"]:
        values["more_rules"] += "    use_backend other if { hdr(host) -i other.test }"
        values["more_backends"] += f"backend other\n    server site 127.0.0.1:{values['other']}\n"
    return HAPROXY.format(user="user www-data\n    group www-data" if USER else "", **values)


# Name: (configuration, command). The module's come first: a row is read from what is new.
KINDS = {
    "v6front": (apache.adopted, apache.command),
    "v6front-borrowed": (apache.borrowed, apache.command),
    "mod_proxy": (apache.mod_proxy, apache.command),
    "nginx": (nginx_conf, nginx_command),
    "haproxy": (haproxy_conf, haproxy_command),
}


def is_module(name):
    return name.startswith("v6front")


def reload(front):
    """Gracefully, each in its own way."""
    how = {"nginx": signal.SIGHUP, "haproxy": signal.SIGUSR2}.get(front.name, signal.SIGUSR1)
    os.kill(front.pid, how)


def start(name, directory, group, site, module, logs=True, under=(), change=None, **special):
    """special: workers, connections, processes (of httpd), spread (over hosts and routes), other (port of another site).
    change: what becomes of the text of the configuration."""
    own = directory / name
    own.mkdir(mode=0o755, exist_ok=True)
    certificate.make(own)
    make_conf, make_command = KINDS[name]
    front = Front(name, free_port("::1"), free_port("::1"))
    values = dict(dir=own, cipher=certificate.CIPHER, plain=front.plain, tls=front.tls, backend=site.port,
                  backend_tls=site.tls_port, name=certificate.NAME, ca=site.ca, logs=logs) | special
    if is_module(name):
        values["module"] = module
    conf = own / "front.conf"
    text = make_conf(**values)
    conf.write_text(change(text) if change else text)
    front.pid = group.start(name, [*under, *make_command(conf, own)], own / "output.log", "::1", front.plain)
    return front
