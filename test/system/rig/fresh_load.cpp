// SPDX-License-Identifier: Apache-2.0
#include "fresh_load.hpp"
#include "ways.hpp"

#include <exception>

namespace v6front
{

using namespace std::chrono_literals;

fresh_load::fresh_load(const httpd_server& server, const std::vector<std::string>& hosts)
{
    for (const auto& host : hosts)
        clients_.emplace_back([this, &server, host] { run(server, host); });
}

fresh_load::~fresh_load()
{
    stop();
}

void fresh_load::stop()
{
    stopping_ = true;
    for (auto& client : clients_) {
        if (client.joinable())
            client.join();
    }
}

std::string fresh_load::first_failure() const
{
    const std::scoped_lock lock(mutex_);
    return first_failure_;
}

void fresh_load::note_failure(const std::string& what)
{
    ++failed_;
    const std::scoped_lock lock(mutex_);
    if (first_failure_.empty())
        first_failure_ = what;
}

void fresh_load::note_longest(std::atomic<long>& longest, std::chrono::steady_clock::duration took)
{
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
    long before = longest;
    while (now > before && !longest.compare_exchange_weak(before, now)) {
    }
}

// With a pause, so that the machine has time for the server that it starts meanwhile.
void fresh_load::run(const httpd_server& server, const std::string& host)
{
    using clock = std::chrono::steady_clock;
    while (!stopping_) {
        const auto began = clock::now();
        try {
            raw_client client(server.port(), client_for(server));
            client.send(request_text({"/static.txt", "GET", {}, {}, false, host}));
            const http_message answer = client.read_response();
            if (answer.status() == 200 && answer.complete)
                ++answered_;
            else
                note_failure("status " + std::to_string(answer.status()));
        } catch (const std::exception& e) {
            note_failure(e.what());
        }
        const auto ended = clock::now();
        note_longest(slowest_, ended - began);
        constexpr auto pause = 3ms;
        std::this_thread::sleep_for(pause);
        note_longest(latest_, clock::now() - ended - pause);
    }
}

} // namespace v6front
