# SPDX-License-Identifier: Apache-2.0
"""A stock httpd with what Debian enables by default, plus TLS and HTTP/2. The module and mod_proxy get the
very same server, and differ in the lines that make them a front."""

import os

MODULES = "/usr/lib/apache2/modules"
ENABLED = """mpm_event access_compat alias auth_basic authn_core authn_file authz_core authz_host authz_user
    autoindex deflate dir env filter mime negotiation reqtimeout setenvif status socache_shmcb ssl http2""".split()

# With Debian's 25 threads in a child the event MPM closes kept connections when all 32 clients happen to be at one
# child, and the clients count failures now and then that no front is to blame for.
# One child, so that one event loop is measured beside one.
ONE_CHILD = """\
StartServers 1
MinSpareThreads 25
MaxSpareThreads 192
ThreadLimit 128
ThreadsPerChild 64
MaxRequestWorkers 192"""
AS_DEBIAN = """\
StartServers 2
MinSpareThreads 25
MaxSpareThreads 75
ThreadLimit 64
ThreadsPerChild 25
MaxRequestWorkers 150"""

# The other values are Debian's, but for the requests per connection, which no front limits here.
COMMON = """\
{load}
{user}
ServerRoot "{dir}"
DefaultRuntimeDir "{dir}"
PidFile "{dir}/front.pid"
ErrorLog "{dir}/error.log"
LogLevel warn
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{{Referer}}i\\" \\"%{{User-Agent}}i\\"" combined
{access_log}
ServerName bench.test

{processes}
MaxConnectionsPerChild 0
Timeout 300
KeepAlive On
KeepAliveTimeout 5
MaxKeepAliveRequests 0
HostnameLookups Off
ListenBacklog 4096

ExtendedStatus On
RequestReadTimeout header=20-40,minrate=500
RequestReadTimeout body=10,minrate=500
TypesConfig /dev/null
AddOutputFilterByType DEFLATE text/html text/plain text/xml text/css text/javascript
AddOutputFilterByType DEFLATE application/x-javascript application/javascript application/xml
BrowserMatch "Mozilla/2" nokeepalive
BrowserMatch "MSIE 4\\.0b2;" nokeepalive downgrade-1.0 force-response-1.0
BrowserMatch "RealPlayer 4\\.0" force-response-1.0
BrowserMatch "Java/1\\.0" force-response-1.0
BrowserMatch "JDK/1\\.0" force-response-1.0
BrowserMatch "Microsoft Data Access Internet Publishing Provider" redirect-carefully
BrowserMatch "MS FrontPage" redirect-carefully
BrowserMatch "^WebDrive" redirect-carefully
BrowserMatch "^WebDAVFS/1\\.[012]" redirect-carefully
BrowserMatch "^gnome-vfs/1\\.0" redirect-carefully
BrowserMatch "^gvfs/1" redirect-carefully
BrowserMatch "^XML Spy" redirect-carefully
BrowserMatch "^Dreamweaver-WebDAV-SCM1" redirect-carefully
BrowserMatch " Konqueror/4" redirect-carefully
<Directory />
    Options FollowSymLinks
    AllowOverride None
    Require all denied
</Directory>
<Location /server-status>
    SetHandler server-status
    Require local
</Location>

SSLSessionCache shmcb:{dir}/tls-sessions(512000)
SSLCipherSuite HIGH:!aNULL
SSLCipherSuite TLSv1.3 {cipher}
SSLProtocol all -SSLv3
SSLSessionTickets off

Listen [::1]:{plain}
Listen [::1]:{tls}
{front}
<VirtualHost [::1]:{plain}>
{pass_on}
</VirtualHost>
<VirtualHost [::1]:{tls}>
SSLEngine on
SSLCertificateFile "{dir}/cert.pem"
SSLCertificateKeyFile "{dir}/key.pem"
Protocols h2 http/1.1
{pass_on}
</VirtualHost>
{more_hosts}
"""

V6FRONT = """\
LoadModule v6front_module "{module}"
V6FrontThreads {engines}
V6FrontEngine {engine}"""


def adopted(module, **values):
    return module_conf(module, "On", values)


def borrowed(module, **values):
    return module_conf(module, "Off", values)


def module_conf(module, engine, values):
    return conf(V6FRONT.format(module=module, engine=engine, engines=values.get("workers", 1)),
                f"{routes('V6FrontPass', values)}V6FrontPass / http://127.0.0.1:{values['backend']}/\n"
                f"V6FrontPass /https/ https://{values['name']}:{values['backend_tls']}/\n"
                f"V6FrontBackendV4 {values['name']} 127.0.0.1\n"
                f"V6FrontTLS ca={values['ca']}", values, hosts("V6FrontPass", values))


def mod_proxy(**values):
    target = f"http://127.0.0.1:{values['backend']}/"
    return conf("\n".join(load_line(name) for name in ("proxy", "proxy_http")),
                "SSLProxyEngine On\nSSLProxyVerify require\n"
                f"SSLProxyCACertificateFile {values['ca']}\nSSLProxyCheckPeerName off\n"
                f"ProxyPass /https/ https://127.0.0.1:{values['backend_tls']}/\n"
                f"{routes('ProxyPass', values)}ProxyPass / {target}\nProxyPassReverse / {target}\nProxyPreserveHost On",
                values, hosts("ProxyPass", values))


def hosts(directive, values):
    """Virtual hosts beside the first, which answers all that these do not: one for another site, and those that the
    load is spread over."""
    named = {f"h{n}.test": values["backend"] for n in range(1, values.get("spread", 1))}
    if values.get("other"):
        named["other.test"] = values["other"]
    return "".join(f"<VirtualHost [::1]:{values['plain']}>\nServerName {name}\n"
                   f"{directive} / http://127.0.0.1:{port}/\n</VirtualHost>\n" for name, port in named.items())


def routes(directive, values):
    """As many routes in the first host as there are hosts."""
    return "".join(f"{directive} /r{n}/ http://127.0.0.1:{values['backend']}/\n"
                   for n in range(1, values.get("spread", 1)))


def conf(front, pass_on, values, more_hosts=""):
    log = 'CustomLog "{dir}/access.log" combined'.format(**values) if values.get("logs", True) else ""
    values = {"processes": ONE_CHILD} | values
    return COMMON.format(access_log=log, more_hosts=more_hosts, load="\n".join(map(load_line, ENABLED)), front=front, pass_on=pass_on,
                         user="User www-data\nGroup www-data" if os.geteuid() == 0 else "", **values)


def load_line(name):
    return f"LoadModule {name}_module {MODULES}/mod_{name}.so"


def command(conf_file, directory):
    return ["/usr/sbin/apache2", "-d", directory, "-f", conf_file, "-DFOREGROUND"]
