// SPDX-License-Identifier: Apache-2.0

#include "tls_session.hpp"

#include "tls_errors.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <sys/socket.h>

namespace v6front
{

namespace
{

error_code of_system(int number)
{
    return {number, boost::system::system_category()};
}

// The first end of a certificate that the site's was verified with; for ever, where none was.
std::time_t end_of_chain(const SSL* ssl)
{
    auto end = std::numeric_limits<std::time_t>::max();
    const auto* chain = SSL_get0_verified_chain(ssl);
    for (int i = 0; chain && i < sk_X509_num(chain); ++i) {
        int days = 0, seconds = 0; // from now
        if (ASN1_TIME_diff(&days, &seconds, nullptr, X509_get0_notAfter(sk_X509_value(chain, i))))
            end = std::min(end, std::time(nullptr) + std::time_t{days} * 86400 + seconds);
    }
    return end;
}

} // namespace

// OpenSSL's way to our octets.
struct tls_session::bio {
    static tls_session& of(BIO* b) { return *static_cast<tls_session*>(BIO_get_data(b)); }
    static int read(BIO* b, char* into, int size)
    {
        BIO_clear_retry_flags(b);
        const int n = of(b).receive({into, static_cast<std::size_t>(size)});
        if (n < 0 && !of(b).receive_error_)
            BIO_set_retry_read(b);
        return n;
    }
    static int write(BIO* b, const char* bytes, int size)
    {
        BIO_clear_retry_flags(b);
        const int n = of(b).send({bytes, static_cast<std::size_t>(size)});
        if (n < 0 && !of(b).send_error_)
            BIO_set_retry_write(b);
        return n;
    }
    static long control(BIO* b, int command, long, void*)
    {
        if (command == BIO_CTRL_FLUSH)
            return 1;
        return command == BIO_CTRL_EOF && of(b).has_ended_ ? 1 : 0;
    }
    static BIO_METHOD* method()
    {
        static BIO_METHOD* const made = [] {
            auto* m = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "mod_v6front");
            BIO_meth_set_read(m, read);
            BIO_meth_set_write(m, write);
            BIO_meth_set_ctrl(m, control);
            return m;
        }();
        return made;
    }
};

void tls_session::prepare(ssl_ctx_st* context, bool verify)
{
    // OpenSSL looks at the chain even where the verdict counts for nothing.
    SSL_CTX_set_verify(context, verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE,
                       verify ? note_certificate : nullptr);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context, note_session);
}

tls_session::tls_session(ssl_st* ssl, const tls_peer& with, kept_sessions& sessions, int socket,
                         const endpoint& at)
    : ssl_(ssl), with_(with), sessions_(sessions), socket_(socket), at_(at)
{
    SSL_set_app_data(ssl, this);
    auto* octets = BIO_new(bio::method());
    if (octets) {
        BIO_set_data(octets, this);
        BIO_set_init(octets, 1);
        SSL_set_bio(ssl, octets, octets);
    }
    SSL_set_connect_state(ssl);
    if (!with.is_address())
        SSL_set_tlsext_host_name(ssl, with.name().c_str());
    if (with.rule().verify) {
        auto* wanted = SSL_get0_param(ssl);
        X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        const int set = with.is_address()
                            ? X509_VERIFY_PARAM_set1_ip_asc(wanted, with.name().c_str())
                            : X509_VERIFY_PARAM_set1_host(wanted, with.name().c_str(), 0);
        if (set != 1)
            throw std::bad_alloc(); // without a name every certificate would do
    }
    if (const auto known = sessions.take(at); known.session) {
        SSL_set_session(ssl, known.session.get());
        resumed_until_ = known.valid_until;
    }
}

tls_session::~tls_session()
{
    SSL_free(ssl_);
}

int tls_session::note_certificate(int ok, x509_store_ctx_st* check)
{
    if (ok)
        return 1;
    const auto* ssl =
        static_cast<SSL*>(X509_STORE_CTX_get_ex_data(check, SSL_get_ex_data_X509_STORE_CTX_idx()));
    try {
        auto& self = *static_cast<tls_session*>(SSL_get_app_data(ssl));
        self.untrusted_ = describe_certificate(check, self.with_.name());
    } catch (const std::exception&) {
        // No memory for the words; the verdict stands.
    }
    return 0;
}

// 1: the session is ours from now on.
int tls_session::note_session(ssl_st* ssl, ssl_session_st* session)
{
    auto& self = *static_cast<tls_session*>(SSL_get_app_data(ssl));
    try {
        const auto until = SSL_session_reused(ssl) ? self.resumed_until_ : end_of_chain(ssl);
        kept_sessions::kept made{nullptr, until};
        made.session.reset(session);
        self.sessions_.keep(self.at_, std::move(made));
    } catch (const std::exception&) {
        // It is gone; the next handshake is a whole one.
    }
    return 1;
}

// Of OpenSSL: what has arrived. 0 at the end, -1 if there is nothing now, or with receive_error_.
int tls_session::receive(std::span<char> into)
{
    int n = 0;
    if (!received_.empty()) {
        const auto bytes = received_.bytes().substr(0, into.size());
        std::memcpy(into.data(), bytes.data(), bytes.size());
        received_.consume(bytes.size());
        n = static_cast<int>(bytes.size());
    } else if (has_ended_) {
        return 0;
    } else if (receive_error_ || !asks_kernel_) {
        return -1;
    } else {
        n = static_cast<int>(::recv(socket_, into.data(), into.size(), MSG_DONTWAIT));
        if (n == 0)
            has_ended_ = true;
        if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            receive_error_ = of_system(errno);
    }
    for (int i = 0; i < n && first_size_ < first_.size(); ++i)
        first_[first_size_++] = into[static_cast<std::size_t>(i)];
    return n;
}

int tls_session::send(std::string_view bytes)
{
    const auto n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
        send_error_ = of_system(errno);
    return static_cast<int>(n);
}

tls_session::progress tls_session::judge(int returned, error_code system)
{
    switch (SSL_get_error(ssl_, returned)) {
    case SSL_ERROR_WANT_READ:
        return {{}, 0, want::input};
    case SSL_ERROR_WANT_WRITE:
        return {{}, 0, want::output};
    case SSL_ERROR_ZERO_RETURN:
        return {asio::error::eof};
    default:
        break;
    }
    const auto error = take_tls_error();
    return {system ? system : error ? error : has_ended_ ? tls_cut_off() : of_system(EPIPE)};
}

tls_session::progress tls_session::shake_hands()
{
    clear_tls_errors();
    const int done = SSL_do_handshake(ssl_);
    if (done == 1)
        return {};
    return judge(done, receive_error_ ? receive_error_ : send_error_);
}

bool tls_session::is_resumed() const noexcept
{
    return SSL_session_reused(ssl_) != 0;
}

failure tls_session::handshake_failure(const error_code& error) const
{
    if (!untrusted_.empty())
        return {reason::untrusted_certificate, {}, untrusted_};
    const std::string_view first(first_.data(), first_size_);
    return {reason::tls_failed, {}, describe_handshake(error, first, with_.rule(), with_.name())};
}

tls_session::progress tls_session::read(std::span<char> into, from where)
{
    if (over_)
        return {over_};
    asks_kernel_ = where == from::kernel && !reading_;
    if (!asks_kernel_ && waits_for_input())
        return {{}, 0, want::input}; // spares OpenSSL's own way to say so
    clear_tls_errors();
    progress all;
    do {
        std::size_t n = 0;
        const int done = SSL_read_ex(ssl_, into.data() + all.size, into.size() - all.size, &n);
        if (done != 1) {
            const auto last = judge(done, receive_error_);
            if (last.error)
                end_with(last.error);
            return all.size > 0 ? all : progress{over_, 0, last.wants};
        }
        all.size += n;
        asks_kernel_ = false; // what has come at once is enough
    } while (all.size < into.size() && has_octets());
    return all;
}

// A site that is not verified may be anybody: a check of where its octets end would prove nothing.
void tls_session::end_with(const error_code& error)
{
    over_ = error == tls_cut_off() && !with_.rule().verify ? error_code(asio::error::eof) : error;
}

tls_session::progress tls_session::write(std::string_view bytes)
{
    asks_kernel_ = !reading_;
    clear_tls_errors();
    progress all;
    while (all.size < bytes.size()) {
        std::size_t n = 0;
        const int done = SSL_write_ex(ssl_, bytes.data() + all.size, bytes.size() - all.size, &n);
        if (done != 1) {
            auto last = judge(done, send_error_);
            // A site that hangs up may have said why before (TLS 1.3: no client certificate).
            if (last.error && !reading_ && peek() != next_input::octets && is_alert(over_))
                last.error = over_;
            return all.size > 0 ? all : last;
        }
        all.size += n;
    }
    return all;
}

// The read that waits may have its octets already, and be told in a later turn of the loop: Asio
// tries at once, and completes later. What the kernel has is younger then, and OpenSSL must not get
// it first.
next_input tls_session::peek_behind_read() const noexcept
{
    char octet = 0;
    const auto n = ::recv(socket_, &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n >= 0)
        return n > 0 ? next_input::unread : next_input::end;
    return errno == EAGAIN || errno == EWOULDBLOCK ? next_input::nothing : next_input::reset;
}

next_input tls_session::peek()
{
    if (!over_ && reading_)
        return peek_behind_read();
    if (!over_) {
        char first = 0; // nearly always there is nothing, and OpenSSL need not be asked
        if (!has_octets() && !has_ended_ && !receive_error_ &&
            ::recv(socket_, &first, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
            (errno == EAGAIN || errno == EWOULDBLOCK))
            return next_input::nothing;
        asks_kernel_ = true;
        clear_tls_errors();
        char octet = 0;
        std::size_t n = 0;
        const int done = SSL_peek_ex(ssl_, &octet, 1, &n);
        if (done == 1)
            return next_input::octets;
        const auto found = judge(done, receive_error_);
        if (!found.error)
            return next_input::nothing;
        end_with(found.error);
    }
    return over_ == asio::error::eof || over_ == tls_cut_off() ? next_input::end
                                                               : next_input::reset;
}

bool tls_session::has_octets() const noexcept
{
    return SSL_has_pending(ssl_) == 1 || !received_.empty();
}

void tls_session::end_sending() noexcept
{
    if (socket_ < 0 || !SSL_is_init_finished(ssl_))
        return;
    clear_tls_errors();
    SSL_shutdown(ssl_);
    clear_tls_errors();
}

bool tls_session::waits_for_input() const noexcept
{
    return !over_ && !has_octets() && !has_ended_ && !receive_error_ && !SSL_want_write(ssl_);
}

void tls_session::end_reading(const error_code& error, std::size_t n)
{
    reading_ = false;
    received_.fill(n);
    if (error == asio::error::eof)
        has_ended_ = true;
    else if (error)
        receive_error_ = error;
    // A write that waits for this read goes on; one whose own wait was cancelled does not.
    if (behind_reader && behind_reader->cancel() > 0)
        reader_moved_on = true;
}

} // namespace v6front
