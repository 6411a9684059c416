// SPDX-License-Identifier: Apache-2.0
#include "stock_site.hpp"

#include "deadline.hpp"
#include "tcp_sockets.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <set>
#include <sstream>

#include <poll.h>
#include <sys/stat.h>

namespace v6front
{

namespace
{

namespace asio = boost::asio;

bool connects(std::uint16_t port)
{
    asio::io_context context;
    asio::ip::tcp::socket socket(context);
    boost::system::error_code ec;
    socket.connect({asio::ip::make_address("127.0.0.1"), port}, ec);
    return !ec;
}

} // namespace

std::string to_string(stock_site::kind k)
{
    switch (k) {
    case stock_site::kind::httpd:
        return "httpd";
    case stock_site::kind::nginx:
        return "nginx";
    case stock_site::kind::lighttpd:
        return "lighttpd";
    case stock_site::kind::prefork:
        break;
    }
    return "httpd, prefork";
}

stock_site::stock_site(kind k, unsigned processes, unsigned keeps) : log_(folder_.path() + "/ports")
{
    const std::string& at = folder_.path();
    chmod(at.c_str(), 0755);
    if (k == kind::httpd || k == kind::prefork) {
        start_httpd(k == kind::prefork, processes, keeps);
        return;
    }
    port_ = free_port();
    const std::string port = std::to_string(port_);
    if (k == kind::nginx) {
        std::string temporary;
        for (const char* name : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
            temporary += std::string(name) + "_temp_path " + at + "/" + name + ";\n";
        start({"/usr/sbin/nginx", "-p", at, "-e", at + "/error.log", "-c", at + "/conf"},
              at + "/conf",
              "daemon off; pid " + at + "/pid; error_log " + at +
                  "/error.log; events { worker_connections 1024; }\nhttp {\n" + temporary +
                  "log_format port '$remote_port'; access_log " + log_ +
                  " port;\nserver { listen 127.0.0.1:" + port +
                  "; location / { return 200 ok; } }\n}\n");
        return;
    }
    // By a program, since lighttpd closes after a POST to a file.
    write_file(at + "/form.sh", "cat >/dev/null\nprintf 'Content-Length: 2\\r\\n\\r\\nok'\n");
    start({"/usr/sbin/lighttpd", "-D", "-f", at + "/conf"}, at + "/conf",
          "server.modules = (\"mod_rewrite\", \"mod_cgi\", "
          "\"mod_accesslog\")\nserver.document-root = \"" +
              at + "\"\nserver.bind = \"127.0.0.1\"\nserver.port = " + port +
              "\nurl.rewrite-once = (\"^/.*\" => \"/form.sh\")\ncgi.assign = (\".sh\" => "
              "\"/bin/sh\")\naccesslog.filename = \"" +
              log_ + "\"\naccesslog.format = \"%{remote}p\"\nserver.errorlog = \"" + at +
              "/error.log\"\n");
}

// KeepAliveTimeout and MaxKeepAliveRequests as httpd has them by itself, but for what is asked.
void stock_site::start_httpd(bool prefork, unsigned processes, unsigned keeps)
{
    httpd_options options;
    options.with_module = false;
    options.listen_ipv4 = true;
    options.model = prefork ? mpm::prefork : mpm::event;
    options.threads = prefork ? processes : 25;
    options.modules = {"alias"};
    options.global = "KeepAliveTimeout " + std::to_string(keeps ? keeps : 5) +
                     "\nMaxKeepAliveRequests 100\nLogFormat \"%{remote}p\" port\n";
    options.site = "AliasMatch ^/ " + folder_.path() + "/page\n<Directory " + folder_.path() +
                   ">\nRequire all granted\n</Directory>\nCustomLog " + log_ + " port";
    write_file(folder_.path() + "/page", "ok");
    httpd_ = std::make_unique<httpd_server>(options);
    port_ = httpd_->port();
}

void stock_site::start(const std::vector<std::string>& command, const std::string& name,
                       const std::string& config)
{
    write_file(name, config);
    other_ =
        std::make_unique<process>(command, std::vector<std::string>{}, folder_.path() + "/console");
    await(command.front() + " to answer", [this] { return connects(port_); });
}

std::vector<std::string> stock_site::ports(std::size_t requests) const
{
    std::vector<std::string> all;
    await("the site's access log", [&] {
        all.clear();
        std::istringstream lines(read_file(log_));
        for (std::string line; std::getline(lines, line);)
            all.push_back(line);
        return all.size() >= requests;
    });
    return all;
}

std::size_t stock_site::connections(std::size_t requests) const
{
    const auto all = ports(requests);
    return std::set<std::string>(all.begin(), all.end()).size();
}

std::size_t stock_site::open_connections() const
{
    return established_to(port_);
}

std::chrono::milliseconds stock_site::answers_within() const
{
    using clock = std::chrono::steady_clock;
    asio::io_context context;
    asio::ip::tcp::socket socket(context);
    const auto start = clock::now();
    socket.connect({asio::ip::make_address("127.0.0.1"), port_});
    asio::write(socket, asio::buffer(std::string("GET / HTTP/1.1\r\nHost: site.test\r\n"
                                                 "Connection: close\r\n\r\n")));
    pollfd wait{socket.native_handle(), POLLIN, 0};
    if (::poll(&wait, 1, static_cast<int>(patience().count())) <= 0)
        return patience();
    return std::chrono::duration_cast<std::chrono::milliseconds>(clock::now() - start);
}

} // namespace v6front
