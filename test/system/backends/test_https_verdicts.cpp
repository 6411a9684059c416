// SPDX-License-Identifier: Apache-2.0
//
// What is said of a handshake that fails is why it failed, and not what else is wrong with the
// site; and what becomes of an address whose certificate is bad, and good again.
#include "catch.hpp"
#include "deadline.hpp"
#include "https_site.hpp"

using namespace v6front;

namespace
{

// At two addresses, and the certificate of the second one has expired.
struct half_expired_site {
    relay_options at(const char* address, std::uint16_t port, const certificate_wish& wish)
    {
        relay_options how;
        how.certificate = ca.issue(wish);
        how.address = address;
        how.port = port;
        return how;
    }
    static certificate_wish expired()
    {
        certificate_wish wish;
        wish.ends = -60;
        return wish;
    }
    std::string rules() const
    {
        return "V6FrontPass / " + first.url() +
               " reuse=off\nV6FrontBackendV4 site.test 127.0.0.2 127.0.0.3\nV6FrontTLS ca=" +
               ca.file() + "\n";
    }
    certificate_authority ca;
    scripted_backend backend{[](const received_request&) { return response("ok"); }};
    tls_relay first{backend.port(), at("127.0.0.2", 0, {})};
    tls_relay second{backend.port(), at("127.0.0.3", first.port(), expired())};
};

} // namespace

TEST_CASE("With verify=off a certificate is not blamed for what else fails", "[https_failures]")
{
    const way w = GENERATE(from_range(short_list()));
    const std::string version = GENERATE("1.2", "1.3");
    certificate_wish wish;
    wish.self_signed = GENERATE(false, true);
    CAPTURE(w, version, wish.self_signed);
    const certificate_authority of_clients;
    relay_options how;
    how.most = version;
    how.client_ca = of_clients.file(); // and this front has no certificate
    https_site site([](const received_request&) { return response("ok"); }, how, wish);
    httpd_server front(options_for(w, site.directives({}, "verify=off")));
    CHECK(get(front, "/").status() == 502);
    const auto lines = front.complaints(1);
    REQUIRE(lines.size() == 1);
    INFO(lines.front());
    CHECK(lines.front().find("self-signed") == std::string::npos);
    CHECK(lines.front().find("not a known CA") == std::string::npos);
    CHECK(lines.front().find("V6FrontTLS ca=") == std::string::npos);
    CHECK_THAT(lines.front(), ContainsSubstring("certificate"));
}

TEST_CASE("Of two addresses, one with a bad certificate is avoided", "[https_failures]")
{
    const way w = GENERATE(from_range(short_list()));
    CAPTURE(w);
    const half_expired_site site;
    const httpd_server front(options_for(w, site.rules()));
    for (int i = 0; i < 20; ++i)
        CHECK(get(front, "/").status() == 200);
    CHECK(front.complaints() == no_complaints);
    // The first request that goes there, and hardly another one.
    CHECK(site.second.seen().size() >= 1);
    CHECK(site.second.seen().size() <= 5);
}

TEST_CASE("An address with a bad certificate is used again when it has a good one",
          "[https_failures]")
{
    const way w = GENERATE(from_range(short_list()));
    CAPTURE(w);
    half_expired_site site;
    const httpd_server front(options_for(w, site.rules()));
    const auto served_by_second = [&] {
        CHECK(get(front, "/").status() == 200);
        const auto seen = site.second.seen();
        return !seen.empty() && !seen.back().version.empty();
    };
    for (int i = 0; i < 20; ++i)
        CHECK_FALSE(served_by_second());
    CHECK(site.second.seen().size() >= 1);
    site.second.use(site.ca.issue());
    // A request is the probe, and it is a handshake that proves the address to be well.
    CHECK(eventually(served_by_second));
}

TEST_CASE("A client certificate that expires while the server runs is told of", "[https_failures]")
{
    const std::string version = GENERATE("1.2", "1.3");
    CAPTURE(version);
    certificate_authority clients;
    certificate_wish soon;
    soon.ends = 4;
    const auto own = clients.issue(soon);
    relay_options how;
    how.most = version;
    how.client_ca = clients.file();
    how.tickets = false; // with one the site would not look again
    https_site site([](const received_request&) { return response("ok"); }, how);
    const httpd_server front(options_for(
        short_list().front(),
        site.directives("reuse=off",
                        "ca=" + site.ca.file() + " cert=" + own.certificate + " key=" + own.key)));
    REQUIRE(get(front, "/").status() == 200);
    REQUIRE(eventually([&] { return get(front, "/").status() == 502; }));
    CHECK_THAT(front.complaints(1).front(),
               ContainsSubstring("it does not accept the client certificate (V6FrontTLS cert=)") &&
                   ContainsSubstring("expired"));
}
