// SPDX-License-Identifier: Apache-2.0
#include "steady_load.hpp"
#include "raw_client.hpp"

#include <exception>

namespace v6front
{

steady_load::steady_load(const httpd_server& server, unsigned clients)
{
    for (unsigned i = 0; i < clients; ++i)
        clients_.emplace_back([this, port = server.port()] { run(port); });
}

steady_load::~steady_load()
{
    stop();
}

void steady_load::stop()
{
    stopping_ = true;
    for (auto& client : clients_) {
        if (client.joinable())
            client.join();
    }
}

void steady_load::run(std::uint16_t port)
{
    while (!stopping_) {
        try {
            raw_client client(port);
            http_message answer;
            do {
                client.send("GET /load HTTP/1.1\r\nHost: site.test\r\n\r\n");
                answer = client.read_response();
                ++(answer.status() == 200 && answer.complete ? answered_ : failed_);
            } while (!stopping_ && answer.complete && answer.value("Connection") != "close");
        } catch (const std::exception&) {
            ++failed_;
        }
    }
}

} // namespace v6front
