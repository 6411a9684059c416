# SPDX-License-Identifier: Apache-2.0
"""The fronts of www.site.test, twice: as one writes them first, with the name alone, and as somebody does
who has read the manual about names."""

MODULES = "/usr/lib/apache2/modules"
APACHE = """\
{load}
User www-data
Group www-data
ServerRoot "{dir}"
DefaultRuntimeDir "{dir}"
PidFile "{dir}/front.pid"
ErrorLog "{dir}/error.log"
ServerName front.test
StartServers 1
ServerLimit 1
ThreadsPerChild 50
MaxRequestWorkers 50
AsyncRequestWorkerFactor 200
Timeout 8
CustomLog "{dir}/access.log" "%>s \\"%r\\""
Listen [::1]:{port}
{also}
{global}
<VirtualHost *:{port}>
ServerName www.site.test
{pass_on}
</VirtualHost>
"""
NGINX = """\
daemon off;
user www-data;
worker_processes 1;
pid {dir}/nginx.pid;
error_log {dir}/nginx-error.log;
events {{ }}
http {{
    access_log {dir}/access.log combined;
    client_body_temp_path {dir}/nginx-body;
    proxy_temp_path {dir}/nginx-proxy;
    fastcgi_temp_path {dir}/nginx-fastcgi;
    uwsgi_temp_path {dir}/nginx-uwsgi;
    scgi_temp_path {dir}/nginx-scgi;
    keepalive_requests 1000000;
    {global}
    server {{
        listen [::1]:{port};
        {also}
        location / {{
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_connect_timeout 8s;
            proxy_read_timeout 8s;
            {pass_on}
        }}
    }}
}}
"""
# The other two limit their connections by default; where a request goes round, this one would fill the memory.
HAPROXY = """\
global
    maxconn 1000
    log stdout format raw local0 info
    user www-data
    group www-data
defaults
    mode http
    log global
    option httplog
    option redispatch
    retries 3
    timeout connect 3s
    timeout client 8s
    timeout server 8s
{global}
frontend front
    bind [::1]:{port}
    {also}
    default_backend site
backend site
    {pass_on}
"""


def apache(modules, directives, pass_on):
    names = ["mpm_event", "authz_core", *modules]
    load = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in names)

    def make(**values):
        conf = APACHE.replace("{load}", load).replace("{global}", directives).replace("{pass_on}", pass_on)
        return conf.format(**values)
    return make


def other(template, directives, pass_on):
    return lambda **values: template.replace("{global}", directives).replace("{pass_on}", pass_on).format(**values)


COMMANDS = {
    "apache": lambda conf, d: ["/usr/sbin/apache2", "-d", d, "-f", conf, "-DFOREGROUND"],
    "nginx": lambda conf, d: ["/usr/sbin/nginx", "-p", d, "-e", d / "nginx-error.log", "-c", conf],
    "haproxy": lambda conf, _: ["/usr/sbin/haproxy", "-db", "-f", conf],
}

# What makes them listen on IPv4 as well.
ON_IPV4 = {"apache": "Listen 127.0.0.1:{port}", "nginx": "listen 127.0.0.1:{port};", "haproxy": "bind 127.0.0.1:{port}"}

URL = "http://www.site.test:{site}/"
LOAD_MODULE = "LoadModule v6front_module {module}\n"
HAPROXY_DNS = ("resolvers dns\n    nameserver one 127.0.0.1:53\n    timeout resolve 1s\n    timeout retry 1s\n"
               "    hold valid 1s")
HAPROXY_SERVER = "server site www.site.test:{site}"

# Name: (command, as written first, as written with care). Each with a refresh of about a second in the latter.
KINDS = {
    "v6front": ("apache", apache([], LOAD_MODULE, "V6FrontPass / " + URL),
                apache([], LOAD_MODULE + "V6FrontResolve refresh=1", "V6FrontPass / " + URL)),
    "mod_proxy": ("apache", apache(["proxy", "proxy_http"], "", "ProxyPass / " + URL),
                  apache(["proxy", "proxy_http"], "", "ProxyPass / " + URL + " addressttl=1 retry=0")),
    "nginx": ("nginx", other(NGINX, "", "proxy_pass " + URL + ";"),
              other(NGINX, "resolver 127.0.0.1 valid=1s ipv6=off;",
                    'set $site "www.site.test:{site}"; proxy_pass http://$site;')),
    "haproxy": ("haproxy", other(HAPROXY, "", HAPROXY_SERVER),
                other(HAPROXY, HAPROXY_DNS, HAPROXY_SERVER +
                      " check inter 1s resolvers dns resolve-prefer ipv4 init-addr last,libc,none")),
}
