// SPDX-License-Identifier: Apache-2.0
//
// Graceful restarts without a gap: httpd starts its new children up to a second after it has told
// the old ones to stop, and meanwhile the old engines accept.
#include "accepting.hpp"
#include "catch.hpp"
#include "fresh_load.hpp"
#include "scripted_backend.hpp"
#include "watching.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

using namespace v6front;
using namespace std::chrono_literals;

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

// As an operator's server has it: place for the new processes beside the old ones.
httpd_options roomy(const way& w, const std::string& site)
{
    httpd_options options = options_for(w, site);
    options.children = 2;
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
    const row r = GENERATE(
        row{"plain", adopted_ways()[0], "", ""}, row{"TLS", adopted_ways()[1], "", ""},
        row{"one of the old children has to make room", adopted_ways()[0], "ServerLimit 2\n", ""},
        row{"one engine", adopted_ways()[0], "V6FrontThreads 1\n", ""},
        row{"another host on this listener", adopted_ways()[0], "", "static.test"});
    INFO(r.what);
    scripted_backend site([](const received_request&) { return response("ok"); });
    httpd_options options = roomy(r.w, "V6FrontPass / " + site.url());
    options.global += r.global;
    if (!r.other_host.empty())
        options.site += static_host;
    httpd_server front(options);
    fresh_load load(front, {"site.test", r.other_host.empty() ? "site.test" : r.other_host});
    if(getenv("KEEP")) {front.graceful(); for(int i=0;i<1500;++i) std::this_thread::sleep_for(1ms); write_file("/tmp/b/log", front.error_log());}
    for (int i = 0; i < 3; ++i) {
        const auto old = front.children();
        front.graceful();
        CHECK(eventually([&] { return have_left(front, old); }));
        const auto by_both = load.answered();
        CHECK(eventually([&] { return load.answered() > by_both + 20; }));
    }
    load.stop();
    check(load);
}
