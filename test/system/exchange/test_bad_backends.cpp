// SPDX-License-Identifier: Apache-2.0
//
// Sites that are down, broken or silent: the right status, one line in the error log that names the
// backend, nothing leaked, and the next request is served.
#include "catch.hpp"
#include "scripted_backend.hpp"
#include "user_agent.hpp"
#include "ways.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace v6front;

namespace
{

struct broken_site {
    const char* name;
    scripted_backend::steps steps;
    int status;
};

std::vector<broken_site> broken_sites()
{
    using namespace script;
    return {
        {"is not HTTP", {read_request(), send("SSH-2.0-OpenSSH_9.2\r\n"), read_end()}, 502},
        {"is binary", {read_request(), send(std::string("\0\x16\x03\x01\n\n", 6)), close()}, 502},
        {"closes before its head", {read_request(), close()}, 502},
        {"resets before its head", {read_request(), reset()}, 502},
        {"closes in its head", {read_request(), send("HTTP/1.1 200 OK\r\nX-A: "), close()}, 502},
        {"resets in its head", {read_request(), send("HTTP/1.1 200"), reset()}, 502},
        {"has two lengths",
         {read_request(),
          send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n123456"),
          read_end()},
         502},
        {"has a length that is none",
         {read_request(), send("HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n"), read_end()},
         502},
        {"has an endless head",
         {read_request(), send("HTTP/1.1 200 OK\r\nX-A: " + std::string(2000000, 'a')), read_end()},
         502},
        {"has a field without a name",
         {read_request(), send("HTTP/1.1 200 OK\r\n: x\r\n\r\n"), read_end()},
         502},
        {"has a status that is none",
         {read_request(), send("HTTP/1.1 2x0 OK\r\n\r\n"), read_end()},
         502},
        {"never answers", {read_request(), read_end()}, 504},
        {"never ends its head",
         {read_request(), send("HTTP/1.1 200 OK\r\nX-A: b\r\n"), read_end()},
         504},
    };
}

const std::string short_deadlines = " connect=1 response=500ms idle=500ms";

// Accepts nothing: its queue is filled by connections of its own, and the kernel drops what
// follows.
class full_listener
{
public:
    full_listener()
    {
        address_.sin_family = AF_INET;
        address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto* raw = reinterpret_cast<sockaddr*>(&address_);
        socklen_t size = sizeof address_;
        add_socket();
        bind(sockets_.front(), raw, size);
        listen(sockets_.front(), 0);
        getsockname(sockets_.front(), raw, &size);
        for (int i = 0; i < 4; ++i)
            connect(add_socket(), raw, size);
    }
    ~full_listener()
    {
        for (const int fd : sockets_)
            close(fd);
    }
    full_listener(const full_listener&) = delete;
    full_listener& operator=(const full_listener&) = delete;
    std::uint16_t port() const { return ntohs(address_.sin_port); }

private:
    int add_socket()
    {
        sockets_.push_back(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        return sockets_.back();
    }
    std::vector<int> sockets_;
    sockaddr_in address_{};
};

void check_one_complaint(const httpd_server& front, const std::string& about)
{
    const auto lines = front.complaints(1);
    REQUIRE(lines.size() == 1);
    INFO(lines[0]);
    CHECK(lines[0].find(about) != std::string::npos);
    // httpd has no "client" for the streams of an HTTP/2 connection.
    const std::string who = front.options().http2 ? "[remote ::1" : "[client ::1";
    CHECK(lines[0].find(who) != std::string::npos);
}

} // namespace

TEST_CASE("A site that is broken before its response began")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    for (const broken_site& kind : broken_sites()) {
        INFO(kind.name);
        scripted_backend good([](const received_request&) { return response("good"); });
        scripted_backend bad(kind.steps);
        httpd_server front(options_for(w, "V6FrontPass /bad " + bad.url() + short_deadlines +
                                              "\nV6FrontPass /good " + good.url()));
        const http_message answer = get(front, "/bad");
        CHECK(answer.status() == kind.status);
        CHECK(answer.complete);
        check_one_complaint(front, bad.authority());
        CHECK(bad.wait_for_open_connections(0));
        CHECK(front.access_log(1).size() == 1);
        CHECK(get(front, "/good").body == "good");
    }
}

TEST_CASE("A site that breaks off in its body: the client can tell")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    using namespace script;
    const std::string start = pattern(30000);
    const std::string length = "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n" + start;
    const std::string chunks =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7530\r\n" + start + "\r\n";
    const std::vector<broken_site> kinds{
        {"closes before its length", {read_request(), send(length), close()}, 200},
        {"closes between chunks", {read_request(), send(chunks), close()}, 200},
        {"closes in a chunk", {read_request(), send(chunks + "5\r\nab"), close()}, 200},
        {"has a broken chunk", {read_request(), send(chunks + "xyz\r\n"), read_end()}, 200},
        {"stops sending, with a length", {read_request(), send(length), read_end()}, 200},
        {"stops sending, in chunks", {read_request(), send(chunks), read_end()}, 200},
    };
    for (const broken_site& kind : kinds) {
        INFO(kind.name);
        scripted_backend bad(kind.steps);
        httpd_server front(options_for(w, "V6FrontPass / " + bad.url() + short_deadlines));
        // Whether the head had gone out before the break was seen is a matter of timing; a complete
        // 200 is what must never come of it.
        const http_message answer = get(front, "/");
        const bool told = answer.status() >= 500 || answer.truncated();
        CHECK(told);
        if (answer.status() == 200)
            CHECK(start.starts_with(answer.body.substr(0, start.size())));
        check_one_complaint(front, bad.authority());
        CHECK(bad.wait_for_open_connections(0));
    }
}

TEST_CASE("A response that is cut after its start arrived is seen to be cut")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    using namespace script;
    scripted_backend bad(scripted_backend::steps{
        read_request(), send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nstart\r\n"),
        gate("cut"), close()});
    httpd_server front(options_for(w, "V6FrontPass / " + bad.url()));
    user_agent client(front);
    client.send({"/"});
    // What the site has sent does not wait for the rest.
    REQUIRE(client.read_body(5).body == "start");
    bad.open("cut");
    const http_message got = client.read_response();
    CHECK(got.status() == 200);
    CHECK(got.truncated());
    check_one_complaint(front, bad.authority());
}

TEST_CASE("Sites that cannot be reached")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const std::string closed = std::to_string(free_port());
    struct row {
        const char* name;
        std::string url, site;
        int status;
    };
    const std::vector<row> rows{
        {"refuses", "http://127.0.0.1:" + closed + "/", "", 502},
        {"refuses, by name", "http://four.test:" + closed + "/", "", 502},
        {"its name does not exist", "http://nowhere.test/", "", 502},
        {"its name has only IPv6", "http://six.test:" + closed + "/", "", 502},
    };
    for (const row& r : rows) {
        INFO(r.name);
        httpd_server front(options_for(w, "V6FrontPass / " + r.url));
        const http_message answer = get(front, "/");
        CHECK(answer.status() == r.status);
        const std::string host = r.url.substr(7, r.url.find_first_of(":/", 7) - 7);
        check_one_complaint(front, host);
        CHECK(front.access_log(1).size() == 1);
    }
}

TEST_CASE("A site that accepts nothing: the connect deadline ends the wait")
{
    // A listener whose queue is full lets connects hang, as a dropped packet would.
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    full_listener full;
    httpd_server front(options_for(
        w, "V6FrontPass / http://127.0.0.1:" + std::to_string(full.port()) + "/ connect=300ms"));
    CHECK(get(front, "/").status() == 504);
    CHECK(front.complaints(1).size() == 1);
}

TEST_CASE("V6FrontTimeout, of the server and of a location, is what a silent site is given")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    scripted_backend silent(scripted_backend::steps{script::read_request(), script::read_end()});
    httpd_server front(
        options_for(w, "V6FrontTimeout response=300ms\nV6FrontPass / " + silent.url() +
                           "\n<Location /long>\nV6FrontTimeout response=3s\n</Location>\n"));
    const auto began = std::chrono::steady_clock::now();
    CHECK(get(front, "/").status() == 504);
    CHECK(std::chrono::steady_clock::now() - began < patience(std::chrono::milliseconds{2000}));
    const auto again = std::chrono::steady_clock::now();
    CHECK(get(front, "/long").status() == 504);
    CHECK(std::chrono::steady_clock::now() - again > std::chrono::milliseconds{2500});
}

TEST_CASE("A site that comes back is used at once")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const std::uint16_t port = free_port();
    httpd_server front(
        options_for(w, "V6FrontPass / http://127.0.0.1:" + std::to_string(port) + "/"));
    CHECK(get(front, "/").status() == 502);
    scripted_backend site([](const received_request&) { return response("back"); }, port);
    CHECK(get(front, "/").body == "back");
}
