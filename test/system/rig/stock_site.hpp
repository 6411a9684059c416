// SPDX-License-Identifier: Apache-2.0
//
// A site as people have them: httpd, nginx or lighttpd as Debian ships it, on 127.0.0.1, with its
// own defaults for kept connections. It answers every request with 200, and its access log tells on
// which connection each came.
#pragma once

#include "httpd_server.hpp"
#include "process.hpp"

#include <memory>
#include <string>
#include <vector>

namespace v6front
{

class stock_site
{
public:
    enum class kind { httpd, nginx, lighttpd, prefork };

    // `processes`: of prefork alone, each of which serves one connection at a time; `keeps`: for
    // how many seconds when nothing comes, 0 for the server's default.
    explicit stock_site(kind k, unsigned processes = 20, unsigned keeps = 0);
    stock_site(const stock_site&) = delete;
    stock_site& operator=(const stock_site&) = delete;

    std::uint16_t port() const { return port_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
    // The client's port of each request that was logged, in order; waits until there are so many.
    std::vector<std::string> ports(std::size_t requests) const;
    // How many different connections so many requests came on.
    std::size_t connections(std::size_t requests) const;
    // How many are open to it right now.
    std::size_t open_connections() const;
    // What a visitor who comes without the front waits for his answer; patience() if it never
    // comes.
    std::chrono::milliseconds answers_within() const;

private:
    void start_httpd(bool prefork, unsigned processes, unsigned keeps);
    void start(const std::vector<std::string>& command, const std::string& name,
               const std::string& config);

    scratch_folder folder_;
    std::string log_;
    std::uint16_t port_ = 0;
    std::unique_ptr<httpd_server> httpd_;
    std::unique_ptr<process> other_;
};

std::string to_string(stock_site::kind k);

} // namespace v6front
