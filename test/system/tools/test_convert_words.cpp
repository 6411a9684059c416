// SPDX-License-Identifier: Apache-2.0
//
// v6frontctl convert: what it says of lines that it cannot convert, or whose meaning changes.
#include "catch.hpp"
#include "v6frontctl.hpp"

using namespace v6front;

TEST_CASE("What converted rules do otherwise is said", "[convert]")
{
    const std::pair<const char*, const char*> rows[] = {
        {"ProxyPass /a http://b/", "# for /a/x, mod_proxy asks for //x, and V6FrontPass for /x"},
        {"ProxyPass /a/ http://b/c",
         "# for /a/x, mod_proxy asks for /cx, and V6FrontPass for /c/x"},
        {"server { location /a { proxy_pass http://b/; } }",
         "# for /a/x, nginx asks for //x, and V6FrontPass for /x"},
        {"server { location /a { proxy_pass http://b; } }", "# nginx takes /ax for this too"},
        {"server { location /a/ { proxy_pass http://b; } }", "# nginx redirects /a to /a/"},
        {"server { location / { proxy_pass https://b; } }",
         "# the site's certificate is verified, which nginx by default does not"},
        {"ProxyPass / https://b/",
         "# the site's certificate is verified, which mod_ssl by default"},
        {"ProxyPass /a http://b/", "# mod_proxy's default: the site sees the name in its URL"},
        {"ProxyPass / http://%{HTTP_HOST}/", "# NO COUNTERPART: ProxyPass / http://%{HTTP_HOST}/"},
        {"server { location / { proxy_pass http://$host; } }", "# NO COUNTERPART: proxy_pass"},
        {"server { location / { proxy_pass http://b; proxy_set_header Host $host; } }",
         "# not needed: proxy_set_header Host $host (the site sees the client's Host)"},
        {"server { location / { proxy_pass http://b; proxy_set_header Host $server_name; } }",
         "# not needed: proxy_set_header Host $server_name (the site sees the client's Host, which "
         "may be another"},
        {"server { location / { proxy_pass http://b; proxy_set_header Host $host:$server_port; } }",
         "# not needed: proxy_set_header Host $host:$server_port (the site sees the client's Host"},
        // What has no counterpart does not become another rule's.
        {"<Location /f>\nProxyPass fcgi://127.0.0.1:9/\n</Location>\nProxyPass / http://b/",
         "mod_proxy may go on with it, for paths of which no V6FrontPass is\nV6FrontPass !\n"},
        {"<Location /s>\nProxyPass http://[::1]:8/\n</Location>\nProxyPass / http://b/",
         "Write its IPv4 address or its name\nV6FrontPass !\n</Location>"},
        {"ProxyPassMatch ^/(.*\\.php)$ fcgi://127.0.0.1:9/w/$1\nProxyPass / http://b/",
         "\nV6FrontPassMatch ^/(.*\\.php)$ !\nV6FrontPass / http://b/"},
        {"<LocationMatch ^/m/>\nProxyPass ajp://b:9/\n</LocationMatch>\nProxyPass / http://b/",
         "</LocationMatch>\nV6FrontPassMatch ^/m/ !\n"},
        {"RewriteRule ^/x/(.*)$ ajp://b:9/$1 [P]\nProxyPass / http://b/",
         "\nV6FrontPassMatch ^/x/(.*)$ !\n"},
        {"ProxyPass / http://b/\nProxyPassMatch ^/img/(.*)$ http://c/$1",
         "# NO COUNTERPART: ProxyPassMatch ^/img/(.*)$ http://c/$1\n#   mod_proxy never gets to "
         "it: "
         "\"ProxyPass / http://b/\" comes first"},
        {"ProxyPass /hidden !\nRewriteRule ^/?(.*) http://b/$1 [P]",
         "# NO COUNTERPART: ProxyPass /hidden !\n#   mod_proxy never gets to it: \"RewriteRule"},
        {"ProxyPass /a/ http://b/\nProxyPassMatch ^/a/x/(.*)$ http://never/$1",
         "# NO COUNTERPART: ProxyPassMatch ^/a/x/(.*)$ http://never/$1"},
        {"ProxyPass /a/ http://b/\nProxyPassMatch ^/a?/x/(.*)$ http://sometimes/$1",
         "\nV6FrontPassMatch ^/a?/x/(.*)$ http://sometimes/$1"},
        {"<Location /l>\nProxyPass http://b/\n</Location>\nRewriteRule ^/l/x(.*)$ http://c/$1 [P]",
         "#   mod_rewrite comes before mod_proxy, but the rule in <Location /l> comes before all "
         "V6FrontPassMatch. Write that one as V6FrontPass /l outside of <Location>"},
        {"<Proxy balancer://hot>\nBalancerMember http://b:8080\n"
         "BalancerMember http://standby:8080 status=+H\n</Proxy>\nProxyPass / balancer://hot/",
         "# NO COUNTERPART: BalancerMember http://standby:8080 status=+H\n#   this server is left "
         "out: mod_proxy asks it only when no other answers (hot standby)"},
        {"<Proxy http://b/adm/>\nRequire ip 11\n</Proxy>\nProxyPass /p http://b",
         "\n<Location /p/adm/>\nRequire ip 11\n</Location>"},
        {"<Proxy http://b/adm>\nRequire ip 12\n</Proxy>\nProxyPassMatch ^/m(.*)$ http://b/adm/$1",
         "\n<LocationMatch ^/m(.*)$>\nRequire ip 12\n</LocationMatch>"},
        {"<Proxy http://nowhere/adm>\nRequire ip 13\n</Proxy>\nProxyPass / http://b/",
         "# NO COUNTERPART: <Proxy http://nowhere/adm>; Require ip 13\n#   no rule of this file "
         "leads to that URL"},
        {"ProxyPass /h http://host:80:90/", "#   host:80:90 is no host with a port"},
        {"SetEnv proxy-nokeepalive 1", "#   reuse=off of V6FrontPass"},
        {"server { location /api/ { rewrite ^/(.*)$ /v2/$1 break; proxy_pass http://b; } }",
         "# NO COUNTERPART: rewrite ^/(.*)$ /v2/$1 break\n    #   the site gets the path as it is: "
         "write a V6FrontPassMatch for paths of /api/"},
        {"server { location /in/ { internal; satisfy any; allow all; proxy_pass http://b; } }",
         "Require all denied"},
        {"ProxyErrorOverride On 404 503", "V6FrontErrorOverride 404 503"},
        {"ProxyHTMLURLMap http://a/ /b/", "\nProxyHTMLURLMap http://a/ /b/"},
        {"ProxyRequests On", "# NO COUNTERPART: ProxyRequests On"},
        {"<If \"true\">\nProxyPass /if http://b/\n</If>",
         "# NO COUNTERPART: ProxyPass /if http://b/"},
        {"Include sites/*.conf", "# what is in these files is not read"},
        {"server { include proxy_params; location / { proxy_pass http://b; } }",
         "# NO COUNTERPART: include proxy_params"},
        {"server { location / { location /x { return 200; } proxy_pass http://b; } }",
         "# NO COUNTERPART: location /x"},
        {"server { location / { proxy_pass http://b; error_page 502 @named; }\n"
         "location @named { proxy_pass http://10.0.0.10; } }",
         "# NO COUNTERPART: location @named { proxy_pass http://10.0.0.10 }"},
        {"server { try_files $uri @app; location @app { proxy_pass http://b; } }",
         "# NO COUNTERPART: try_files $uri @app"},
        {"server { location / { deny all; proxy_pass http://b; } location /api { proxy_pass "
         "http://b; } }",
         "    <LocationMatch ^(?!/api(?:/|$))/>\n        Require all denied\n"},
        {"server { location /files { autoindex on; } location / { proxy_pass http://b; } }",
         "#   no site is asked for this path, so httpd answers it itself: write what it is to do"},
        {"server { location /files { root /srv; deny all; } location / { proxy_pass http://b; } }",
         "    V6FrontPass /files !\n    Alias /files /srv/files\n    <Directory /srv/files>\n"
         "        Require all denied\n"},
        {"server { location ~ \\.sql$ { deny all; } location /q/ { root /dumps; } location / { "
         "proxy_pass http://b; } }",
         "# NO COUNTERPART: root /dumps\n"},
        {"server { location /f/ { alias /srv/x/; } location / { proxy_pass http://b; } }",
         "    Alias /f/ /srv/x/\n    <Directory /srv/x/>\n        Require all granted\n"},
        {"server { location / { proxy_pass http://b; include own.conf; } }",
         "# if a file that is included has proxy_set_header Host, leave out preservehost=off"},
        {"server { server_name one.*; location / { proxy_pass http://b; } }",
         "    ServerAlias one.*\n"},
        {"server { location / { proxy_pass http://b; proxy_set_header X-Forwarded-Proto "
         "$http_x_forwarded_proto; } }",
         "#   the front writes this field itself, and keeps what a client says there only from"},
        {"server { location / { proxy_pass http://b; proxy_set_header Range $http_range; } }",
         "# not needed: proxy_set_header Range $http_range (the client's fields are passed on)"},
        {"upstream s { server unix:/run/s fail_timeout=0; }\n"
         "server { location / { proxy_pass http://s; } }",
         "# NO COUNTERPART: proxy_pass http://s\n    #   a socket file of this machine"},
        {"server { listen 443 ssl; ssl_protocols SSLv3 TLSv1.2 TLSv1.3; ssl_ciphers HIGH:!MD5; "
         "ssl_prefer_server_ciphers on; ssl_session_tickets off; ssl_dhparam /dh; "
         "ssl_stapling on; ssl_session_timeout 1d; location / { proxy_pass http://b; } }",
         "    SSLProtocol -all +TLSv1.2 +TLSv1.3\n    SSLCipherSuite HIGH:!MD5\n"
         "    SSLHonorCipherOrder On\n    SSLSessionTickets Off\n"
         "    SSLOpenSSLConfCmd DHParameters /dh\n    # NO COUNTERPART: ssl_stapling on\n"
         "    #   SSLUseStapling On, with SSLStaplingCache outside of the virtual hosts\n"
         "    # not needed: ssl_session_timeout 1d"},
        {"server { if ($http_x_forwarded_proto = \"http\") { return 301 "
         "https://$host$request_uri; } location / { proxy_pass http://b; } }",
         "    RewriteCond %{HTTP:X-Forwarded-Proto} =http\n    RewriteRule ^ https://"},
        {"RewriteCond %{HTTP:Upgrade} =websocket\nRewriteRule /(.*) ws://b/s/$1 [P,L]\n"
         "RewriteCond %{HTTP:Upgrade} !=websocket\nRewriteRule /(.*) http://b/$1 [P,L]",
         "#   WebSockets pass by every rule, but the rule for / leads to b/: write V6FrontPass for "
         "the paths of WebSockets\n# not needed: RewriteCond %{HTTP:Upgrade} !=websocket "
         "(WebSockets pass by every rule)\nV6FrontPassMatch /(.*) http://b/$1\n"},
        {"RewriteCond %{HTTP:Upgrade} websocket [NC]\nRewriteRule ^/w/(.*) ws://b/v/w/$1 [P]\n"
         "ProxyPass / http://b/v/",
         "# not needed: RewriteRule ^/w/(.*) ws://b/v/w/$1 [P] (WebSockets pass by every rule)"},
        {"RewriteRule /j/(.*) ws://b/j/$1 [P]\nRewriteRule /j/(.*) http://b/j/$1 [P]",
         "# not needed: RewriteRule /j/(.*) ws://b/j/$1 [P] (WebSockets pass by every rule)\n"
         "V6FrontPassMatch /j/(.*) http://b/j/$1\n"},
        {"RewriteCond %{HTTP:Upgrade} =websocket\nRewriteRule /(.*) ws://lone/$1 [P,L]",
         "#   WebSockets pass by every rule, but no rule here is for /: write V6FrontPass / "
         "http://lone/, if no other file has a rule for it"},
        {"RewriteCond %{DOCUMENT_ROOT}%{REQUEST_URI} !-f\nRewriteRule .* http://b%{REQUEST_URI} "
         "[P]",
         "#   mod_v6front looks for no files first: write V6FrontPass for / and, before it, "},
        {"ProxyPass /j/ http://b/j/\n<Location /j/>\nProxyPassReverse /\n</Location>",
         "# NO COUNTERPART: ProxyPassReverse /\n#   a path is no URL of a site"},
        {"<Proxy balancer://pair>\nBalancerMember http://10.0.0.1:8080\n"
         "BalancerMember http://10.0.0.2:8080\nProxySet stickysession=ID\n</Proxy>\n"
         "ProxyPass /p/q/ http://10.0.0.1:9000/\nProxyPass /p/ balancer://pair/",
         "V6FrontPass /p/q/ http://10.0.0.1:9000/\n# pair: a name for these servers together. "
         "Where V6FrontPreserveHost is Off, the site sees it as Host\n"
         "V6FrontBackendV4 pair 10.0.0.1 10.0.0.2\nV6FrontPass /p/ http://pair:8080/\n"},
        {"ProxyPassReverse /p/r/ balancer://pair/r/",
         "V6FrontPassReverse /p/r/ http://pair:8080/r/"},
        {"<Proxy balancer://first>\nBalancerMember http://shared\nBalancerMember http://one\n"
         "</Proxy>\n<Proxy balancer://second>\nBalancerMember http://shared\n"
         "BalancerMember http://two\n</Proxy>\nProxyPass /f balancer://first\n"
         "ProxyPass /s balancer://second",
         "V6FrontBackendV4 second shared two\nV6FrontPass /s http://second/\n"},
        {"upstream u1 { server 10.0.1.1; server 10.0.1.2; }\nserver { location /u { proxy_pass "
         "http://u1/u; } location / { proxy_pass http://10.0.1.9; } }",
         "    V6FrontBackendV4 u1 10.0.1.1 10.0.1.2\n"},
        {"upstream kept { hash $remote_addr; server 10.0.2.1; }\nserver { location / { "
         "proxy_pass http://kept; } }",
         "# NO COUNTERPART: hash $remote_addr\n#   spread=client of V6FrontPass"},
        {"SSLProxyCACertificateFile /ca\nProxyPass /tls https://tls-a/\n"
         "ProxyPass /tls2 https://tls-b/\n<Proxy https://tls-b>\nSSLProxyVerify none\n</Proxy>",
         "V6FrontTLS tls-b ca=/ca verify=off\n"},
        {"server { location /a/ { proxy_pass https://tls-c; proxy_ssl_verify on; "
         "proxy_ssl_trusted_certificate /ca; } location /b/ { proxy_pass https://tls-d; "
         "proxy_ssl_verify off; proxy_ssl_name e; } }",
         "    V6FrontTLS tls-c ca=/ca\n    V6FrontTLS tls-d name=e verify=off\n"},
        {"server { location /a/ { proxy_pass https://tls-f; proxy_ssl_verify off; } "
         "location /b/ { proxy_pass https://tls-f; proxy_ssl_trusted_certificate /f; } }",
         "# NO COUNTERPART: the proxy_ssl_ directives of tls-f, which locations have in different "
         "ways\n    #   V6FrontTLS is for all paths of a site. What verifies its certificate is "
         "taken: correct the line of tls-f\n    V6FrontTLS ca=/f\n"},
        {"RewriteEngine On\nRewriteCond %{REQUEST_FILENAME} -f\nRewriteRule ^ - [L]\n"
         "RewriteRule ^/(.*)$ http://files-first/$1 [P]",
         "# NO COUNTERPART: RewriteRule ^/(.*)$ http://files-first/$1 [P]\n#   \"RewriteRule ^ - "
         "[L]\" before it takes requests from it, or changes their paths"},
        {"RewriteEngine On\nRewriteRule ^/before/(.*)$ /after/$1\n"
         "RewriteRule ^/(.*)$ http://changed/$1 [P]",
         "#   \"RewriteRule ^/before/(.*)$ /after/$1\" before it takes requests from it"},
        {"RewriteRule ^/kept(/.*)? - [L]\n<IfModule mod_proxy.c>\nRewriteRule ^/k(.*)$ "
         "http://nested/$1 [P]\n</IfModule>",
         "V6FrontPassMatch ^(?!/kept(?:/.*)?)/k(.*)$ http://nested/$1\n"},
        {"RewriteRule ^/e/(.*)$ http://env/$1 [P,E=a:b]",
         "# NO COUNTERPART: E=a:b of RewriteRule ^/e/(.*)$ http://env/$1 [P,E=a:b]"},
        {"RewriteRule ^/skip/(.*)$ http://skips/$1 [P,S=1]",
         "# NO COUNTERPART: RewriteRule ^/skip/(.*)$ http://skips/$1 [P,S=1]"},
        {"RewriteRule ^/map/(.*)$ http://${lb:web}/$1 [P]",
         "# NO COUNTERPART: RewriteRule ^/map/(.*)$ http://${lb:web}/$1 [P]\n#   a URL that "
         "depends on the request"},
        {"ProxyPass /unset ${unset}/", "#   a variable that no Define of this file sets"},
        {"<Location /in>\nRewriteRule ^(.*)$ http://in-section/$1 [P]\n</Location>",
         "#   an expression inside of a section: write V6FrontPassMatch outside of it"},
        {"<Location /sh>\nSetHandler \"proxy:http://handled/\"\n</Location>",
         "# NO COUNTERPART: SetHandler \"proxy:http://handled/\"\n#   a rule by another name"},
        {"<FilesMatch \\.php$>\nSetHandler \"proxy:fcgi://local\"\n</FilesMatch>",
         "\nSetHandler \"proxy:fcgi://local\"\n"},
        {"server { location /secret { if ($http_x_key != k) { return 403; } proxy_pass "
         "http://b; } }",
         "        # NO COUNTERPART: if ($http_x_key != k) { return 403 }\n        #   nobody may "
         "ask, until this is written by hand\n        Require all denied\n"},
        {"server { location /any { satisfy any; allow 10.0.0.7; deny all; if ($http_x_any = k) { "
         "return 403; } proxy_pass http://b; } }",
         "        # NO COUNTERPART: if ($http_x_any = k) { return 403 }\n        #   nobody may "
         "ask, until this is written by hand\n        <RequireAll>\n            Require all "
         "denied\n            Require ip 10.0.0.7\n        </RequireAll>\n"},
        {"server { location / { limit_except GET { allow 10.0.0.1; deny all; } proxy_pass "
         "http://b; } }",
         "        # NO COUNTERPART: limit_except GET { allow 10.0.0.1; deny all }\n"
         "        #   nobody may ask, until this is written by hand\n"
         "        Require all denied\n"},
        {"server { location /get { limit_except GET { deny all; } allow 10.0.0.8; deny all; "
         "proxy_pass http://b; } }",
         "        <RequireAll>\n            Require method GET HEAD\n            Require ip "
         "10.0.0.8\n"
         "        </RequireAll>\n"},
        {"server { listen 443 ssl; ssl_verify_client on; ssl_client_certificate /c.pem; "
         "ssl_verify_depth 2; location / { proxy_pass http://b; } }",
         "    SSLVerifyClient require\n    SSLCACertificateFile /c.pem\n    SSLVerifyDepth 2\n"},
        {"server { proxy_intercept_errors on; error_page 502 503 =200 /sorry.html; location / { "
         "proxy_pass http://b; } }",
         " erroroverride=502,503\n"},
        {"server { listen 80 proxy_protocol; location / { proxy_pass http://b; } }",
         "# NO COUNTERPART: proxy_protocol of listen 80 proxy_protocol"},
    };
    std::string apache, nginx; // each in one text: a program's start takes longer than this
    for (const auto& row : rows) {
        const std::string from = row.first;
        if (from.starts_with("server") || from.starts_with("upstream"))
            nginx += from + "\n";
        else
            apache += "<VirtualHost *:80>\n" + from + "\n</VirtualHost>\n";
    }
    const std::string said = converted(apache) + converted(nginx);
    INFO(said);
    for (const auto& row : rows)
        CHECK_THAT(said, ContainsSubstring(row.second));
    CHECK_THAT(converted("<Proxy balancer://b>\nBalancerMember http://b\nRequire ip 10\n</Proxy>\n"
                         "ProxyPass /b balancer://b/"),
               ContainsSubstring("<Location /b>\nRequire ip 10\n</Location>"));
    CHECK_THAT(converted("<Proxy http://b/adm>\nRequire ip 10\n</Proxy>\n<VirtualHost *:80>\n"
                         "ProxyPass /secret http://b/adm\n</VirtualHost>\n"),
               ContainsSubstring("\n<Location /secret>\nRequire ip 10\n</Location>"));
    CHECK_THAT(converted("SSLEngine On\nProxyPass /a/ http://b/"),
               Catch::Matchers::StartsWith("# needs: a2enmod v6front ssl\n"));
    CHECK_THAT(converted("server { location / { proxy_pass http://b/; } }"),
               ContainsSubstring("# needs: a2enmod v6front\n"));
    // Each section says which Host: nothing is left for the default.
    CHECK_THAT(converted("<Location /a>\nProxyPreserveHost On\nProxyPass http://b/\n</Location>"),
               !ContainsSubstring("V6FrontPreserveHost Off"));
    // HTTP/2 is of the port that has it.
    const auto two = converted(
        "server { listen 80; listen 443 ssl http2; location / { proxy_pass http://b; } }");
    CHECK_THAT(two, ContainsSubstring("Protocols h2 http/1.1"));
    CHECK_THAT(two, !ContainsSubstring("h2c"));
}

TEST_CASE("What is no configuration is not converted", "[convert]")
{
    for (const char* text :
         {"<VirtualHost *:80>\nProxyPass / http://a/\n", "</Location>\n",
          "server { location / { proxy_pass http://a; }", "server { } }\n",
          "upstream a { server {ip}:80; }\nserver { }\n", "server { location / { proxy_pass; } }\n",
          "server;\n", "server { location /; }\n", "server { location / /x { } }\n", "hello\n", "",
          "<VirtualHost *:80>\nServerName a\n</VirtualHost>\n"}) {
        INFO(text);
        const auto said = v6frontctl({"convert"}, text);
        CHECK(said.code == 3);
        CHECK_THAT(said.output, ContainsSubstring("v6frontctl: -: "));
    }
    CHECK(v6frontctl({"convert", "/nowhere"}).code == 3);
}
