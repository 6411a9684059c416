// SPDX-License-Identifier: Apache-2.0
//
// Graceful restarts without a gap: httpd starts its new children up to a second after it has told
// the old ones to stop, and meanwhile the old engines accept.
#include "accepting.hpp"
#include "catch.hpp"
#include "fresh_load.hpp"
#include "leaping_clock.hpp"
#include "scripted_backend.hpp"
#include "tls_handshake.hpp"
#include "watching.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include <sys/resource.h>

using namespace v6front;
using namespace std::chrono_literals;
using namespace std::string_literals;

namespace
{

// Much more than an answer takes on a busy machine, and less than httpd's second.
constexpr std::chrono::milliseconds too_slow{600};

bool have_left(const httpd_server& front, const std::vector<pid_t>& old)
{
    const auto all = front.children();
    return std::ranges::none_of(
        old, [&](pid_t child) { return std::ranges::find(all, child) != all.end(); });
}

bool have_come(const httpd_server& front, const std::vector<pid_t>& old)
{
    const auto all = front.children();
    return std::ranges::any_of(
        all, [&](pid_t child) { return std::ranges::find(old, child) == old.end(); });
}

// As an operator's server has it: place for the new processes beside the old ones.
httpd_options roomy(const way& w, const std::string& site)
{
    httpd_options options = options_for(w, site);
    options.global = "ServerLimit 8\n";
    return options;
}

void check(const fresh_load& load)
{
    INFO(load.first_failure());
    CHECK(load.failed() == 0);
    CHECK(load.slowest() < patience(too_slow));
}

const std::string static_host = "\n</VirtualHost>\n<VirtualHost *:*>\nServerName static.test\n";

// New children of that server wait while this is there, or end at once.
class hindrance
{
public:
    explicit hindrance(httpd_options& options) : file_(folder_.path() + "/now")
    {
        options.global +=
            "LoadModule slow_children_module " + test_library("slow_children.so") + "\n";
        options.environment.push_back("SLOW_CHILDREN=" + file_);
        std::filesystem::permissions(folder_.path(), std::filesystem::perms::all);
    }
    void begin(const std::string& word) { std::ofstream(file_) << word; }
    std::size_t met() const // so many
    {
        std::error_code none;
        const auto size = std::filesystem::file_size(file_ + ".met", none);
        return none ? 0 : size;
    }
    void end() { std::filesystem::remove(file_); }

private:
    scratch_folder folder_;
    std::string file_;
};

} // namespace

TEST_CASE("No new connection waits for a graceful restart", "[reloads]")
{
    struct row {
        std::string what;
        way w;
        std::string global;
        std::string other_host; // without routes, on the same listener
    };
    const row r =
        GENERATE(row{"plain", adopted_ways()[0], "", ""}, row{"TLS", adopted_ways()[1], "", ""},
                 row{"one of the old children has to make room", adopted_ways()[0],
                     "StartServers 2\nMaxRequestWorkers 20\nServerLimit 2\n", ""},
                 row{"one engine", adopted_ways()[0], "V6FrontThreads 1\n", ""},
                 row{"another host on this listener", adopted_ways()[0], "", "static.test"});
    INFO(r.what);
    using namespace script;
    scripted_backend site([](const received_request&) { return response("ok"); });
    scripted_backend slow(
        scripted_backend::steps{read_request(), gate("go"), send(response("slow")), again()});
    httpd_options options =
        roomy(r.w, "V6FrontPass /slow " + slow.url() + "\nV6FrontPass / " + site.url());
    options.global += r.global;
    if (!r.other_host.empty())
        options.site += static_host;
    httpd_server front(options);
    fresh_load load(front, {"site.test", r.other_host.empty() ? "site.test" : r.other_host});
    const auto old = front.children();
    std::vector<raw_client> busy; // so that no old child makes room by ending
    if (old.size() == 1) {
        busy.emplace_back(front.port(), client_for(front));
        busy.back().send(request_text({"/slow"}));
        CHECK(slow.wait_for_hits(1));
    }
    front.graceful();
    CHECK(eventually([&] { return have_come(front, old); }));
    slow.open("go");
    for (raw_client& b : busy)
        CHECK(b.read_response().value("Connection") == "close");
    CHECK(eventually([&] { return have_left(front, old); }));
    for (int i = 0; i < 3; ++i) {
        const auto before = front.children();
        front.graceful();
        CHECK(eventually([&] { return have_left(front, before); }));
        const auto answered = load.answered();
        CHECK(eventually([&] { return load.answered() > answered + 20; }));
    }
    load.stop();
    check(load);
}

TEST_CASE("A new generation that does not come up leaves no hole", "[reloads]")
{
    const std::string word = GENERATE("wait", "end");
    INFO(word);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = roomy(adopted_ways()[0], "V6FrontPass / " + site.url());
    hindrance children(options);
    httpd_server front(options);
    CHECK(get(front, "/").body == "ok"); // its child has begun
    const auto old = front.children();
    fresh_load load(front);
    children.begin(word);
    for (int i = 0; i < 2; ++i) {
        const auto met = children.met();
        front.graceful();
        CHECK(eventually([&] { return children.met() > met; }));
        const auto answered = load.answered();
        CHECK(eventually([&] { return load.answered() > answered + 200; }));
    }
    CHECK_FALSE(have_left(front, old));
    children.end();
    CHECK(eventually([&] { return have_left(front, old); }));
    load.stop();
    check(load);
}

TEST_CASE("Old processes leave when the new ones leave accepting to the MPM", "[reloads]")
{
    struct row {
        std::string what;
        std::string global;
        bool with_routes;
        bool with_module;
    };
    const row r = GENERATE(row{"no routes any more", "", false, true},
                           row{"V6FrontAccept Off", "V6FrontAccept Off\n", true, true},
                           row{"without this module", "", false, false});
    INFO(r.what);
    scripted_backend site([](const received_request&) { return response("ok"); });
    const std::string pass = "V6FrontPass / " + site.url();
    httpd_options options = roomy(adopted_ways()[0], pass);
    httpd_server front(options);
    const auto old = front.children();
    fresh_load load(front);
    if (!r.with_routes)
        options.site.clear();
    options.global += r.global;
    options.with_module = r.with_module;
    write_file(front.places().config, config_text(options, front.places(), front.port()));
    front.graceful();
    CHECK(eventually([&] { return have_left(front, old); }));
    load.stop();
    check(load);
}

TEST_CASE("A Listen comes and goes with its configuration", "[reloads]")
{
    const bool is_removed = GENERATE(true, false);
    CAPTURE(is_removed);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options usual = roomy(adopted_ways()[0], "V6FrontPass / " + site.url());
    hindrance children(usual);
    const auto port = free_port();
    const std::string second = "Listen [::1]:" + std::to_string(port) +
                               "\n<VirtualHost *:" + std::to_string(port) + ">\nV6FrontPass / " +
                               site.url() + "\n</VirtualHost>\n";
    httpd_options more = usual;
    more.global += second;
    httpd_server front(is_removed ? more : usual);
    CHECK(get(front, "/").body == "ok"); // its child has begun
    const auto old = front.children();
    fresh_load load(front);
    children.begin("wait");
    write_file(front.places().config,
               config_text(is_removed ? usual : more, front.places(), front.port()));
    front.graceful();
    if (is_removed) // whoever accepts at the other port meanwhile
        CHECK(eventually([&] { return !can_connect(port); }, patience(too_slow)));
    CHECK(eventually([&] { return have_come(front, old); }));
    CHECK_FALSE(have_left(front, old));
    children.end();
    CHECK(eventually([&] { return have_left(front, old); }));
    if (!is_removed) {
        raw_client client(port);
        client.send(request_text({"/"}));
        CHECK(client.read_response().body == "ok");
    }
    load.stop();
    check(load);
}

TEST_CASE("Nobody accepts after a graceful stop", "[reloads]")
{
    const bool is_reloading = GENERATE(false, true);
    CAPTURE(is_reloading);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = roomy(adopted_ways()[0], "V6FrontPass / " + site.url());
    hindrance children(options);
    httpd_server front(options);
    CHECK(get(front, "/").body == "ok"); // its child has begun
    if (is_reloading) {
        children.begin("wait");
        front.graceful();
        CHECK(get(front, "/").body == "ok");
        children.end();
    }
    front.graceful_stop();
    CHECK(eventually([&] { return !can_connect(front.port()); }, patience(2s)));
    CHECK(front.wait_for_end());
}

TEST_CASE("An old generation without a parent stops accepting", "[reloads]")
{
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(roomy(adopted_ways()[0], "V6FrontPass / " + site.url()));
    CHECK(get(front, "/").body == "ok");
    write_file(front.places().config, "This is no directive\n");
    kill(front.parent(), SIGUSR1); // which ends it; its children are told to stop
    CHECK(front.wait_for_end());
    CHECK(eventually([&] { return !can_connect(front.port()); }, patience(2s)));
}

TEST_CASE("A stop does not wait for processes of an old generation", "[reloads]")
{
    const bool is_accepting = GENERATE(true, false);
    CAPTURE(is_accepting);
    scripted_backend site(scripted_backend::steps{script::read_request(), script::read_end()});
    httpd_options options = roomy(adopted_ways()[0], "V6FrontPass / " + site.url());
    hindrance children(options);
    httpd_server front(options);
    raw_client busy(front.port());
    busy.send(request_text({"/"}));
    CHECK(site.wait_for_hits(1));
    const auto old = front.children();
    if (is_accepting)
        children.begin("wait");
    front.graceful();
    CHECK(eventually([&] { return have_come(front, old); }));
    children.end();
    const auto began = std::chrono::steady_clock::now();
    front.stop(); // judges the log as well: nobody had to be killed
    CHECK(std::chrono::steady_clock::now() - began < patience(4s));
    CHECK(busy.closed_by_peer());
}

TEST_CASE("Old processes do not wait for new ones for ever", "[reloads]")
{
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = roomy(adopted_ways()[0], "V6FrontPass / " + site.url());
    hindrance children(options);
    leaping_clock clock(options);
    httpd_server front(options);
    CHECK(get(front, "/").body == "ok"); // its child has begun
    const auto old = front.children();
    children.begin("wait");
    front.graceful();
    CHECK(eventually([&] { return children.met() > 0; }));
    CHECK(get(front, "/").body == "ok");
    CHECK_FALSE(have_left(front, old));
    clock.leap(61s);
    CHECK(eventually([&] { return have_left(front, old); }));
    CHECK(front.error_log().find("V6F0188") != std::string::npos);
    raw_client client(front.port()); // which waits
    client.send(request_text({"/"}));
    children.end();
    CHECK(client.read_response().body == "ok");
}

TEST_CASE("HTTP/2 without an alternative waits for the new generation", "[reloads]")
{
    const bool is_tls = GENERATE(true, false);
    CAPTURE(is_tls);
    way w = http2_way();
    w.tls = is_tls;
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = roomy(w, "V6FrontPass / " + site.url());
    hindrance children(options);
    httpd_server front(options);
    CHECK(get(front, "/").body == "ok"); // its child has begun
    const auto old = front.children();
    children.begin("wait");
    front.graceful();
    CHECK(eventually([&] { return children.met() > 0; }));
    raw_client client(front.port());
    const std::string preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s + "\0\0\0\4\0\0\0\0\0"s;
    tls_handshake tls({"h2"});
    client.send(is_tls ? tls.says() : preface);
    raw_client plain(front.port(), client_for(front));
    plain.send(request_text({"/"})); // by an old engine, while the other waits
    CHECK(plain.read_response().body == "ok");
    CHECK_FALSE(client.has_input());
    children.end();
    if (is_tls) {
        while (!tls.is_done()) {
            const std::string heard = client.read_some();
            REQUIRE_FALSE(heard.empty());
            tls.hears(heard);
            client.send(tls.says());
        }
        CHECK(tls.protocol() == "h2");
    } else {
        CHECK(client.read_some().substr(3, 1) == "\4"s); // SETTINGS
    }
    client.close();
    CHECK(eventually([&] { return have_left(front, old); }));
}

// Growing a table that threads share takes Linux up to half a second on a busy machine.
TEST_CASE("A child has a place for every descriptor before it has threads", "[reloads]")
{
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_server front(options_for(adopted_ways()[0], "V6FrontPass / " + site.url()));
    CHECK(get(front, "/").body == "ok");
    std::ifstream status("/proc/" + std::to_string(front.children().at(0)) + "/status");
    std::string word;
    std::size_t places = 0;
    while (status >> word && word != "FDSize:") {
    }
    status >> places;
    rlimit limit{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0); // which the server has from us
    CHECK(places >= std::min<std::size_t>(limit.rlim_cur, 8192));
}
