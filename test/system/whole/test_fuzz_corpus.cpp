// SPDX-License-Identifier: Apache-2.0
//
// What the fuzz targets begin with, and have found (test/fuzz/corpus, build/fuzz/corpus), through a
// real httpd: as what a client sends and as what a site answers, as it is and changed at random.
// The child lives, a regular request gets its response, and nothing is still counted as in use.
// scripts/fuzz-httpd runs it for longer, with a module that watches its memory.
#include "account.hpp"
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <mutex>
#include <random>
#include <thread>

using namespace v6front;
using namespace std::chrono_literals;

namespace
{

struct input {
    std::string target; // of fuzzing
    std::string text;
};

std::vector<input> all_inputs()
{
    std::vector<input> all;
    for (const char* folder : {"test/fuzz/corpus", "build/fuzz/corpus"})
        if (std::filesystem::exists(folder))
            for (const auto& each : std::filesystem::recursive_directory_iterator(folder))
                if (each.is_regular_file()) {
                    std::ifstream file(each.path(), std::ios::binary);
                    all.push_back({each.path().parent_path().filename().string(),
                                   std::string(std::istreambuf_iterator<char>(file), {})});
                }
    return all;
}

std::chrono::milliseconds time_for_it()
{
    const char* seconds = std::getenv("V6FRONT_FUZZ_SECONDS");
    return seconds ? std::chrono::seconds(std::atoi(seconds)) : 3s;
}

using random_bits = std::mt19937;

std::size_t any_below(random_bits& bits, std::size_t n)
{
    return n == 0 ? 0 : bits() % n;
}

// As it is, or with up to four changes.
std::string changed(std::string text, const std::string& other, random_bits& bits)
{
    static const std::string pieces[] = {"\r\n",
                                         "\n",
                                         " ",
                                         ":",
                                         ";",
                                         "0\r\n\r\n",
                                         "ffffffffffffffff",
                                         "Transfer-Encoding: chunked\r\n",
                                         "Content-Length: 5\r\n",
                                         "HTTP/1.1 100 Continue\r\n\r\n",
                                         "Connection: close\r\n"};
    for (std::size_t times = any_below(bits, 5); times > 0; --times) {
        const auto at = any_below(bits, text.size());
        switch (bits() % 5) {
        case 0:
            if (!text.empty())
                text[at] = static_cast<char>(bits());
            break;
        case 1:
            text.erase(at, 1 + any_below(bits, 8));
            break;
        case 2:
            text.insert(at, pieces[any_below(bits, std::size(pieces))]);
            break;
        case 3:
            text.insert(at, text.substr(any_below(bits, text.size()), 40));
            break;
        default:
            text.replace(at, text.npos, other.substr(any_below(bits, other.size())));
        }
    }
    return text;
}

std::string as_answer(const input& in, const std::string& text)
{
    if (in.target == "chunked")
        return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + text;
    if (in.target == "response_head")
        return text;
    return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + text + "\r\n\r\nok";
}

std::string as_request(const input& in, const std::string& text)
{
    const std::string begin = "POST / HTTP/1.1\r\nHost: site.test\r\n";
    if (in.target == "chunked")
        return begin + "Transfer-Encoding: chunked\r\n\r\n" + text + "\r\n0\r\n\r\n";
    if (in.target == "response_head")
        return text + "\r\n\r\n";
    return begin + text + "\r\n\r\nhello";
}

// Says it, and takes what comes back at once.
void say(const httpd_server& front, const std::string& text)
try {
    raw_client client(front.port(), client_for(front));
    client.send(text);
    for (int i = 0; i < 20; ++i) {
        if (!client.has_input())
            std::this_thread::sleep_for(1ms);
        else if (client.read_some().empty())
            break;
    }
} catch (const std::runtime_error&) {
    // It has closed while it was told.
}

} // namespace

TEST_CASE("What fuzzing has found, through a real httpd", "[fuzz_corpus]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const auto inputs = all_inputs();
    REQUIRE(inputs.size() > 20);
    std::mutex mutex;
    std::vector<std::string> answers; // each for one request
    using namespace script;
    scripted_backend odd(scripted_backend::steps{read_head(), answer([&](const auto&) {
                                                     const std::lock_guard lock(mutex);
                                                     if (answers.empty())
                                                         return response("none");
                                                     auto next = std::move(answers.back());
                                                     answers.pop_back();
                                                     return next;
                                                 }),
                                                 script::close()});
    scripted_backend site(responder{[](const received_request&) { return response("ok"); }});
    const std::string keys = " response=500ms idle=500ms\n";
    httpd_options options = options_for(w, "V6FrontPass / " + site.url() + keys +
                                               "V6FrontPass /odd/ " + odd.url() + keys);
    options.global = "Timeout 2\nLogLevel v6front:crit\n";
    keep_account(options);
    httpd_server front(options);
    const auto children = front.children();

    const auto end = std::chrono::steady_clock::now() + time_for_it() / 2;
    std::atomic<std::size_t> said = 0;
    std::atomic<std::size_t> wrong = 0;
    std::vector<std::future<void>> clients;
    for (unsigned seed = 1; seed <= 4; ++seed)
        clients.push_back(std::async(std::launch::async, [&, seed] {
            random_bits bits(seed);
            for (std::size_t i = seed; std::chrono::steady_clock::now() < end; ++i) {
                const auto& in = inputs[any_below(bits, inputs.size())];
                const auto& other = inputs[any_below(bits, inputs.size())].text;
                const auto text = changed(in.text, other, bits);
                if (i % 2 == 0) {
                    say(front, as_request(in, text));
                } else {
                    {
                        const std::lock_guard lock(mutex);
                        answers.push_back(as_answer(in, text));
                    }
                    say(front, request_text({"/odd/"}));
                }
                if (++said % 100 == 0 && get(front, "/").body != "ok")
                    ++wrong;
            }
        }));
    for (auto& client : clients)
        client.get();
    CHECK(wrong == 0);
    CHECK(said > 40);
    UNSCOPED_INFO(said << " inputs");
    CHECK(comes_to_nothing(front));
    CHECK(front.children() == children);
    CHECK(front.error_log().find("V6F0001") == std::string::npos);
    if (std::getenv("V6FRONT_FUZZ_SECONDS"))
        WARN(w << ": " << said << " inputs");
}
