// SPDX-License-Identifier: Apache-2.0
//
// A connection over TLS while a read waits on it: what others do meanwhile, octet by octet. The
// site's octets go through the test's hands.
#include "mod_v6front/net/backends/pool.hpp"

#include "unit/loopback.hpp"

#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

using namespace v6front;
using namespace v6front::test;

namespace
{

template <auto release> struct by {
    template <class T> void operator()(T* what) const { release(what); }
};
template <class T, auto release> using owned = std::unique_ptr<T, by<release>>;

// A server's TLS, of which every octet is given and taken by hand.
class site_tls
{
public:
    explicit site_tls(int version)
        : key_(EVP_EC_gen("P-256")),
          certificate_(X509_new()),
          context_(SSL_CTX_new(TLS_server_method()))
    {
        ASN1_INTEGER_set(X509_get_serialNumber(certificate_.get()), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate_.get()), -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate_.get()), 3600);
        X509_set_pubkey(certificate_.get(), key_.get());
        REQUIRE(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) > 0);
        REQUIRE(SSL_CTX_use_certificate(context_.get(), certificate_.get()) == 1);
        REQUIRE(SSL_CTX_use_PrivateKey(context_.get(), key_.get()) == 1);
        SSL_CTX_set_max_proto_version(context_.get(), version);
        SSL_CTX_set_num_tickets(context_.get(), 0);
        ssl_.reset(SSL_new(context_.get()));
        SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        BIO_set_mem_eof_return(SSL_get_rbio(ssl_.get()), -1);
        SSL_set_accept_state(ssl_.get());
    }
    void take(std::string_view octets)
    {
        BIO_write(SSL_get_rbio(ssl_.get()), octets.data(), static_cast<int>(octets.size()));
    }
    // What is to be sent since the last call.
    std::string said()
    {
        char* bytes = nullptr;
        const auto size = BIO_get_mem_data(SSL_get_wbio(ssl_.get()), &bytes);
        std::string out(bytes, static_cast<std::size_t>(size));
        (void)BIO_reset(SSL_get_wbio(ssl_.get()));
        return out;
    }
    bool shake_hands() { return SSL_do_handshake(ssl_.get()) == 1; }
    std::string record(std::string_view text)
    {
        REQUIRE(SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size())) > 0);
        return said();
    }
    std::string ticket()
    {
        REQUIRE(SSL_new_session_ticket(ssl_.get()) == 1);
        REQUIRE(shake_hands());
        return said();
    }
    std::string end()
    {
        SSL_shutdown(ssl_.get());
        return said();
    }
    std::string hello_request()
    {
        REQUIRE(SSL_renegotiate(ssl_.get()) == 1);
        shake_hands();
        return said();
    }

private:
    owned<EVP_PKEY, EVP_PKEY_free> key_;
    owned<X509, X509_free> certificate_;
    owned<SSL_CTX, SSL_CTX_free> context_;
    owned<SSL, SSL_free> ssl_;
};

struct tls_wire {
    explicit tls_wire(int version = TLS1_3_VERSION, bool bare = false) : site(version), far(context)
    {
        std::array<int, 2> ends{};
        REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) ==
                0);
        far.assign(asio::ip::tcp::v4(), ends[1]);
        tcp_socket near_end(context);
        near_end.assign(asio::ip::tcp::v4(), ends[0]);
        tls_rule rule;
        rule.verify = false;
        peer = std::make_shared<const tls_peer>(std::make_shared<const tls_settings>(rule),
                                                "site.test");
        auto session = peer->begin(ends[0], loopback(443));
        REQUIRE(session);
        for (bool done = false; !done;) {
            const auto moved = session->shake_hands();
            REQUIRE_FALSE(moved.error);
            carry();
            done = site.shake_hands() && moved.wants == tls_session::want::nothing;
            send(site.said());
        }
        descriptor = ends[0];
        octets.emplace(std::move(near_end), std::move(session));
        if (!bare)
            near = std::make_shared<backend_connection>(
                std::move(*octets), connection_identity{loopback(443), peer.get()}, deadlines);
    }
    ~tls_wire()
    {
        if (near)
            near->close();
        else
            octets->close();
        context.restart();
        context.poll();
    }
    void send(std::string_view text) { asio::write(far, asio::buffer(text)); }
    // To the site, what the near end has sent.
    long carry()
    {
        std::array<char, 20000> sent{};
        const auto n = ::recv(far.native_handle(), sent.data(), sent.size(), MSG_DONTWAIT);
        if (n > 0)
            site.take({sent.data(), static_cast<std::size_t>(n)});
        return n;
    }
    bool is_drained() const
    {
        int waiting = 0;
        ::ioctl(descriptor, FIONREAD, &waiting);
        return waiting == 0;
    }
    bool runs_until(const std::function<bool()>& holds) { return until(context, holds); }

    asio::io_context context;
    deadline_list deadlines{context};
    site_tls site;
    tcp_socket far;
    std::shared_ptr<const tls_peer> peer;
    int descriptor = -1;
    std::optional<transport> octets; // before it is a backend_connection's
    std::shared_ptr<backend_connection> near;
};

using state = backend_connection::state;

} // namespace

TEST_CASE("a look at an idle connection takes nothing from the read that waits on it", "[tls]")
{
    struct row {
        const char* what;
        std::string (*says)(site_tls&);
        state is; // once all of it has been read
        std::string reads;
    };
    static const std::vector<row> rows{
        {"a ticket", [](site_tls& s) { return s.ticket(); }, state::open, ""},
        {"tickets", [](site_tls& s) { return s.ticket().append(s.ticket()); }, state::open, ""},
        {"text", [](site_tls& s) { return s.record("text"); }, state::spoke, "text"},
        {"a ticket, and text", [](site_tls& s) { return s.ticket().append(s.record("text")); },
         state::spoke, "text"},
        {"its end", [](site_tls& s) { return s.end(); }, state::ended, ""},
    };
    const auto r = GENERATE(from_range(rows));
    const auto cut = GENERATE(std::size_t{1}, std::size_t{5}, std::size_t{20});
    CAPTURE(r.what, cut);
    tls_wire w;
    const auto octets = r.says(w.site);
    // The read gets the first of them at once, and its completion waits for its turn.
    w.send(octets.substr(0, cut));
    w.near->watch();
    CHECK(w.near->probe() != state::ended);
    CHECK(w.near->probe() != state::spoke);
    w.send(octets.substr(cut));
    if (r.is != state::ended)
        CHECK(w.near->probe() != state::ended);
    CHECK(w.runs_until(
        [&] { return w.is_drained() && w.near->probe() == r.is && w.near->input() == r.reads; }));
    CHECK(w.near->is_reading() == (r.is == state::open));
    if (r.is == state::ended)
        return;
    w.near->consume(w.near->input().size());
    w.near->watch();
    w.send(w.site.record("and more"));
    CHECK(w.runs_until([&] { return w.near->input() == "and more"; }));
}

TEST_CASE("an idle connection that has yet to read something is left, and not closed", "[tls]")
{
    tls_wire w;
    pool idle({}, pool::idle_are::watched);
    const auto connection = w.near; // the pool's alone, but for this
    idle.put(std::exchange(w.near, nullptr));
    w.near = connection;
    const auto ticket = w.site.ticket();
    w.send(ticket.substr(0, 10));
    CHECK_FALSE(idle.take(connection->identity()));
    CHECK(idle.idle() == 1);
    REQUIRE(w.runs_until([&] { return w.is_drained(); }));
    w.send(ticket.substr(10));
    CHECK_FALSE(idle.take(connection->identity()));
    REQUIRE(w.runs_until([&] { return w.is_drained(); }));
    CHECK(idle.take(connection->identity()) == connection);
    CHECK(idle.idle() == 0);
}

TEST_CASE("a write that waits behind a read in a renegotiation ends when it is cancelled", "[tls]")
{
    tls_wire w(TLS1_2_VERSION, true);
    transport& octets = *w.octets;
    std::array<char, 100> room{};
    std::optional<error_code> read, written;
    octets.async_read_some(room, [&](error_code ec, std::size_t) { read = ec; });
    w.send(w.site.hello_request());
    // It has answered: the handshake is under way, and only the site can bring it on.
    REQUIRE(w.runs_until([&] { return w.carry() > 0; }));
    octets.async_write_some("text", [&](error_code ec, std::size_t) { written = ec; });
    for (int i = 0; i < 10; ++i)
        w.context.poll();
    REQUIRE_FALSE(written);
    octets.cancel();
    CHECK(w.runs_until([&] { return read && written; }));
    CHECK(read == asio::error::operation_aborted);
    CHECK(written == asio::error::operation_aborted);
}
