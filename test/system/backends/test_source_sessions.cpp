// SPDX-License-Identifier: Apache-2.0
//
// V6FrontBindV4 before a site that binds its sessions to the client's address, as PHP's programs
// do.
#include "catch.hpp"
#include "local_networks.hpp"
#include "user_agent.hpp"
#include "ways.hpp"

#include <memory>
#include <system_error>

using namespace v6front;

namespace
{

// PHP's own server. A session belongs to the address that has begun it: others get 403.
class session_site
{
public:
    session_site()
    {
        const auto& at = folder_.path();
        write_file(
            at + "/index.php",
            "<?php session_save_path('" + at +
                "'); session_start();\n"
                "$_SESSION += ['from' => $_SERVER['REMOTE_ADDR']];\n"
                "if ($_SESSION['from'] !== $_SERVER['REMOTE_ADDR']) http_response_code(403);\n"
                "echo $_SERVER['REMOTE_ADDR'];");
        server_ = std::make_unique<process>(
            std::vector<std::string>{"php", "-n", "-S", "127.0.0.1:" + std::to_string(port_), "-t",
                                     at},
            std::vector<std::string>{}, at + "/log");
        await("PHP to listen", [this] { return answers(); });
    }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }

private:
    bool answers() const
    {
        try {
            const raw_client client(port_, {.to = "127.0.0.1"});
            return true;
        } catch (const std::system_error&) {
            return false;
        }
    }

    scratch_folder folder_;
    const std::uint16_t port_ = free_port();
    std::unique_ptr<process> server_;
};

http_message visit(const httpd_server& front, const std::string& client, const std::string& session)
{
    user_agent agent(front, {.from = client});
    question q;
    if (!session.empty())
        q.fields = {{"Cookie", session}};
    agent.send(q);
    return agent.read_response();
}

} // namespace

TEST_CASE("A session that a site binds to an address is its client's, and no other's", "[sources]")
{
    if (!private_network::possible("a site with sessions"))
        return;
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const local_networks network;
    const session_site site;
    httpd_server front(
        options_for(w, "V6FrontPass / " + site.url() + "\nV6FrontBindV4 192.0.2.16/28\n"));
    const auto begun = visit(front, "2001:db8::1", "");
    REQUIRE(begun.status() == 200);
    CHECK_THAT(begun.body, ContainsSubstring("192.0.2."));
    const auto cookie = begun.value("Set-Cookie");
    const auto session = cookie.substr(0, cookie.find(';'));
    REQUIRE(session.starts_with("PHPSESSID="));
    for (const bool again : {false, true}) {
        CAPTURE(again);
        if (again)
            front.graceful();
        // Its addresses change within its network, as they do for privacy.
        for (const std::string client : {"2001:db8::1", "2001:db8::beef:1"}) {
            const auto seen = visit(front, client, session);
            CHECK(seen.status() == 200);
            CHECK(seen.body == begun.body);
        }
        unsigned refused = 0;
        for (unsigned n = 1; n <= 4; ++n) {
            const auto client = "2001:db8:" + std::to_string(n) + "::1";
            const auto seen = visit(front, client, session);
            CHECK(seen.status() == (seen.body == begun.body ? 200 : 403));
            refused += seen.status() == 403;
        }
        CHECK(refused > 0); // of 16 addresses, a few have the same one
    }
}
