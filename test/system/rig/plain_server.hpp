// SPDX-License-Identifier: Apache-2.0
//
// Another server as Debian ships it, on 127.0.0.1, with a site of the test's own configuration: the
// IPv4 site behind the front, which knows nothing of it. Its documents are /page and /admin; its
// access log has one line for each request, the client's address as the site sees it.
#pragma once

#include "process.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace v6front
{

class plain_server
{
public:
    enum class kind { httpd, nginx, lighttpd, haproxy };

    // `site`: what makes its site of it, with "@port@", and "@second@" for another port; of httpd
    // inside of no virtual host. A request to /page or /admin is answered with the name.
    plain_server(kind k, const std::string& site);
    plain_server(const plain_server&) = delete;
    plain_server& operator=(const plain_server&) = delete;

    std::uint16_t port() const { return port_; }
    std::uint16_t second_port() const { return second_; }
    std::string url() const { return url_of(port_); }
    std::string second_url() const { return url_of(second_); }
    // Waits until there are so many.
    std::vector<std::string> clients(std::size_t requests) const;

private:
    static std::string url_of(std::uint16_t port)
    {
        return "http://127.0.0.1:" + std::to_string(port) + "/";
    }

    scratch_folder folder_;
    std::uint16_t port_;
    std::uint16_t second_;
    std::unique_ptr<process> program_;
};

std::string to_string(plain_server::kind k);

} // namespace v6front
