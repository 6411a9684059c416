// SPDX-License-Identifier: Apache-2.0
//
// https:// routes: what passes over TLS to the site, and what TLS itself does meanwhile.
#include "catch.hpp"
#include "deadline.hpp"
#include "https_site.hpp"
#include "identity_site.hpp"
#include "tunnel_site.hpp"
#include "user_agent.hpp"
#include "websocket_client.hpp"

#include <map>

using namespace v6front;

namespace
{

// What the site got, as its answer.
std::string told(const received_request& r)
{
    return response(r.message.method() + " " + r.message.value("Host") + " " +
                    r.message.value("X-Forwarded-Proto") + "\n" + r.message.body);
}

std::size_t handshakes(const https_site& site)
{
    return site.relay.seen().size();
}

http_message answer_again(user_agent& agent, const question& q = {})
{
    agent.send(q);
    return agent.read_response();
}

// One engine and one thread: its pool is the one in which a connection would be found.
httpd_options one_engine(const way& w, const std::string& site)
{
    auto options = options_for(w, site);
    options.global += "V6FrontThreads 1\n";
    return options;
}

} // namespace

TEST_CASE("A site over TLS gets and gives what it would without", "[https]")
{
    const way w = GENERATE(from_range(every_way()));
    CAPTURE(w);
    https_site site(told);
    const httpd_server front(options_for(w, site.directives()));
    const std::string scheme = w.tls ? " https" : " http";
    const auto got = get(front, "/");
    CHECK(got.status() == 200);
    CHECK(got.body == "GET site.test" + scheme + "\n");
    const auto form = pattern(300'000);
    for (const bool chunked : {false, true}) {
        question q{"/form", "POST", {}, form};
        q.chunked = chunked;
        CHECK((ask(front, q).body == "POST site.test" + scheme + "\n" + form)); // not shown
    }
    for (const auto& c : site.relay.seen()) {
        CHECK(c.version == "TLSv1.3");
        CHECK(c.name == "site.test");
        CHECK(c.offered == "http/1.1");
        CHECK_FALSE(c.certified);
    }
}

TEST_CASE("Ten million octets arrive over TLS, however they are delimited", "[https]")
{
    const way w = GENERATE(from_range(every_way()));
    CAPTURE(w);
    const auto much = pattern(10 << 20);
    https_site site([&much](const received_request& r) {
        if (r.message.target() == "/chunks")
            return chunked_response({much.substr(0, 70'000), much.substr(70'000)});
        if (r.message.target() == "/close")
            return "HTTP/1.0 200 OK\r\n\r\n" + much;
        return response(much);
    });
    const httpd_server front(options_for(w, site.directives()));
    for (const char* target : {"/length", "/chunks"})
        CHECK((get(front, target).body == much)); // not shown
}

TEST_CASE("Connections over TLS are kept, and sessions are resumed", "[https]")
{
    const way w = GENERATE(from_range(short_list()));
    CAPTURE(w);
    https_site site(told);
    SECTION("many requests, one handshake")
    {
        const httpd_server front(one_engine(w, site.directives()));
        user_agent agent(front);
        for (int i = 0; i < 5; ++i)
            CHECK(answer_again(agent).status() == 200);
        CHECK(handshakes(site) == 1);
    }
    SECTION("a new connection resumes the last session")
    {
        const httpd_server front(one_engine(w, site.directives("reuse=off")));
        for (int i = 0; i < 3; ++i)
            CHECK(get(front, "/").status() == 200);
        const auto seen = site.relay.seen();
        REQUIRE(seen.size() == 3);
        CHECK_FALSE(seen[0].resumed);
        CHECK(seen[1].resumed);
        CHECK(seen[2].resumed);
        CHECK(eventually([&] { return site.relay.seen().back().said_end; }));
    }
}

TEST_CASE("A session is not resumed where another name or other settings are wanted", "[https]")
{
    https_site site(told);
    const auto url = site.relay.url();
    const httpd_server front(options_for(
        short_list().front(), "V6FrontPass /a " + url + " reuse=off\nV6FrontPass /b " + url +
                                  " reuse=off\nV6FrontPass /c " + site.relay.url("four.test") +
                                  " reuse=off\nV6FrontTLS ca=" + site.ca.file() +
                                  "\nV6FrontTLS four.test verify=off\n"));
    for (const char* path : {"/a", "/b", "/c"})
        CHECK(get(front, path).status() == 200);
    const auto seen = site.relay.seen();
    REQUIRE(seen.size() == 3);
    CHECK(seen[1].resumed); // another rule, but the same site
    CHECK_FALSE(seen[2].resumed);
    CHECK(seen[2].name == "four.test");
}

TEST_CASE("Idle connections of rules with other settings are not used", "[https]")
{
    const way w = GENERATE(from_range(short_list()));
    CAPTURE(w);
    https_site site(told);
    const httpd_server front(one_engine(
        w, "V6FrontPass /a " + site.relay.url() + "\nV6FrontPass /b " + site.relay.url() +
               "\nV6FrontPass /c " + site.relay.url("four.test") +
               "\nV6FrontTLS ca=" + site.ca.file() + "\nV6FrontTLS four.test verify=off\n"));
    user_agent agent(front);
    for (const char* path : {"/a", "/b", "/a", "/c", "/b", "/c"})
        CHECK(answer_again(agent, {path}).status() == 200);
    CHECK(handshakes(site) == 2);
}

TEST_CASE("An idle connection serves no virtual host with other V6FrontTLS settings", "[https]")
{
    const way w = GENERATE(from_range(short_list()));
    CAPTURE(w);
    certificate_authority clients;
    const auto own = clients.issue({{"front.test"}});
    relay_options how;
    how.client_ca = clients.file();
    how.insists = false;
    const https_site site(
        [](const received_request& r) { return response(std::to_string(r.connection)); }, how,
        {{"site.test", "four.test"}});
    const auto ca = "ca=" + site.ca.file(), copy = site.ca.folder() + "/copy.pem";
    write_file(copy, read_file(site.ca.file()));
    const std::string settings[]{ca,
                                 ca + " cert=" + own.certificate + " key=" + own.key,
                                 ca + " protocol=1.3",
                                 ca + " legacy=on",
                                 ca + " name=four.test",
                                 "ca=" + copy,
                                 "verify=off"};
    auto options = one_engine(w, "");
    options.port = free_port();
    for (std::size_t i = 0; i < std::size(settings); ++i)
        options.site.append("</VirtualHost>\n<VirtualHost *:" + std::to_string(options.port) +
                            ">\nServerName " + std::to_string(i) + ".test\n" +
                            site.directives({}, settings[i]));
    const httpd_server front(options);
    // The first one's connection is idle when another asks.
    std::map<std::string, std::size_t> owners; // of connections
    for (std::size_t i = 1; i < std::size(settings); ++i)
        for (const auto host : {std::size_t{0}, i}) {
            CAPTURE(settings[i], host);
            question q;
            q.host = std::to_string(host) + ".test";
            const auto connection = ask(front, q).body;
            CHECK((connection == "1") == (host == 0));
            CHECK(owners.emplace(connection, host).first->second == host);
        }
    const auto seen = site.relay.seen();
    REQUIRE(seen.size() == std::size(settings));
    for (std::size_t i = 0; i < seen.size(); ++i)
        CHECK(seen[i].certified == (i == 1));
}

TEST_CASE("What TLS says of its own on an idle connection is nothing said", "[https]")
{
    const way w = GENERATE(from_range(http1_ways()));
    CAPTURE(w);
    struct row {
        tls_relay::act what;
        const char* version;
    };
    const auto r =
        GENERATE(row{tls_relay::act::ticket, "1.3"}, row{tls_relay::act::key_update, "1.3"},
                 row{tls_relay::act::renegotiate, "1.2"});
    CAPTURE(r.version, static_cast<int>(r.what));
    // An engine that has not read it yet may ask by a new connection. Who has no engine reads it
    // when it asks.
    const bool at_once = !w.adopted() || GENERATE(false, true);
    CAPTURE(at_once);
    relay_options how;
    how.most = r.version;
    // It keeps connections for long, so that a slow machine has time for each form.
    const auto kept = [](const received_request& got) {
        return response(got.message.method() + "\n" + got.message.body,
                        "Keep-Alive: timeout=600\r\n");
    };
    https_site site(kept, how);
    auto options = one_engine(w, site.directives());
    options.threads = 1;
    const httpd_server front(options);
    user_agent agent(front);
    const question form{"/", "PUT", {}, pattern(100'000)};
    CHECK(answer_again(agent).status() == 200);
    for (int i = 0; i < 3; ++i) {
        site.relay.do_now(r.what);
        if (!at_once)
            site.relay.await_heard();
        const auto got = answer_again(agent, form);
        CHECK(got.status() == 200);
        CHECK(got.body.ends_with(form.body));
    }
    CHECK(handshakes(site) <= (w.adopted() && at_once ? 4u : 1u));
}

TEST_CASE("An idle connection that the site has closed is not used", "[https]")
{
    const way w = GENERATE(from_range(http1_ways()));
    const bool says_end = GENERATE(true, false);
    CAPTURE(w, says_end);
    relay_options how;
    how.says_end = says_end;
    https_site site({script::read_request(), script::send(response("ok")), script::close()}, how);
    const httpd_server front(one_engine(w, site.directives()));
    user_agent agent(front);
    for (int i = 0; i < 4; ++i) {
        const auto got =
            answer_again(agent, {"/", i % 2 ? "POST" : "GET", {}, i % 2 ? "a form" : ""});
        CHECK(got.status() == 200);
        CHECK(got.body == "ok");
    }
    CHECK(front.complaints() == no_complaints);
}

TEST_CASE("A response without a length is whole only where TLS says that it ends", "[https]")
{
    const way w = GENERATE(from_range(every_way()));
    CAPTURE(w);
    struct row {
        const char* what;
        std::string text;
        bool says_end;
        const char* tls; // empty: the site is verified
        bool whole;
    };
    const std::string unknown = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + pattern(50'000);
    const row rows[]{
        {"no length, end said", unknown, true, "", true},
        {"no length, end not said", unknown, false, "", false},
        {"no length, end not said, unverified", unknown, false, "verify=off", true},
        {"length, end not said", response(pattern(50'000)), false, "", true},
        {"chunks, end not said", chunked_response({"one", "two"}), false, "", true},
    };
    for (const auto& r : rows) {
        CAPTURE(r.what);
        relay_options how;
        how.says_end = r.says_end;
        https_site site({script::read_request(), script::send(r.text), script::close()}, how);
        const httpd_server front(options_for(w, site.directives({}, r.tls)));
        user_agent agent(front);
        const auto got = answer_again(agent);
        CHECK(got.truncated() == !r.whole);
        const auto lines = front.complaints(r.whole ? 0 : 1);
        REQUIRE(lines.empty() == r.whole);
        if (!r.whole)
            CHECK(lines.front().find("close_notify") != std::string::npos);
    }
}

TEST_CASE("WebSocket over TLS to the site", "[https]")
{
    const way w = GENERATE(from_range(every_way()));
    CAPTURE(w);
    const tunnel_site site([](site_connection& peer) {
        peer.send(websocket_accepted(peer));
        echo(peer);
    });
    certificate_authority ca;
    relay_options how;
    how.certificate = ca.issue();
    tls_relay relay(site.port(), how);
    const httpd_server front(options_for(w, (w.http2 ? "H2WebSockets On\n" : "") +
                                                ("V6FrontPass / " + relay.url()) +
                                                "\nV6FrontTLS ca=" + ca.file() + "\n"));
    websocket_client client(front);
    const auto frame = websocket_frame(opcode::binary, pattern(10'000), true);
    for (int i = 0; i < 5; ++i) {
        client.send(frame);
        CHECK((client.read(frame.size()) == frame)); // not shown
        if (i == 2)
            relay.do_now(tls_relay::act::key_update);
    }
}

TEST_CASE("A login belongs to its connection over TLS, too", "[https]")
{
    const way w = GENERATE(from_range(every_way()));
    CAPTURE(w);
    https_site site(identity_responder(ntlm));
    const httpd_server front(options_with(w, site.directives()));
    user_agent agent(front);
    CHECK(said(agent, with("NTLM " + ntlm_negotiate())).status() == 401);
    CHECK(said(agent, with("NTLM " + ntlm_authenticate("alice"))).body == alice);
    for (int i = 0; i < 3; ++i) {
        site.relay.do_now(tls_relay::act::ticket);
        CHECK(said(agent, {}).body == alice);
    }
    CHECK(others_who_are_known(front, 5) == 0);
}
