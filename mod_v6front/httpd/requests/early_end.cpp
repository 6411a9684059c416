// SPDX-License-Identifier: Apache-2.0

#include "early_end.hpp"

#include "httpd/base/brigades.hpp"
#include "httpd/base/guard.hpp"
#include "httpd/base/http2_stream.hpp"
#include "client_descriptor.hpp"

#include <algorithm>
#include <chrono>

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace v6front
{

namespace
{

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

// Between two pieces at most, and in all (MAX_SECS_TO_LINGER of httpd, connection.c).
constexpr auto longest_pause = 1s;
constexpr auto longest_in_all = 30s;
constexpr auto between_polls = 100ms;
constexpr apr_off_t piece = 32 * 1024;

ap_filter_rec_t* early_end_filter;

bool ends_in(const apr_bucket_brigade* brigade)
{
    const auto* last = APR_BRIGADE_LAST(brigade);
    return last != APR_BRIGADE_SENTINEL(brigade) && APR_BUCKET_IS_EOS(last);
}

// A client that has got a refusal, and is silent for this long, has stopped: what the kernel itself
// waits for this client's acknowledgements, 200 ms and more (TCP_INFO). curl 8 stops, and then
// waits for the end.
clock::duration silence_after_refusal(const conn_rec* c)
{
    apr_os_sock_t socket = -1;
    apr_os_sock_get(&socket, ap_get_conn_socket(c->master));
    tcp_info known{};
    socklen_t size = sizeof known;
    if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &known, &size) != 0)
        return longest_pause;
    return std::min<clock::duration>(longest_pause, std::chrono::microseconds(known.tcpi_rto));
}

// Nothing more comes: the body's end, the stream's, or the client's patience is ours to end.
void take_rest(request_rec* r, apr_bucket_brigade* taken, clock::duration longest_silence)
{
    const auto* c = r->connection;
    pollfd more{polled_descriptor(r->connection), POLLIN, 0};
    const auto began = clock::now();
    auto last = began;
    while (more.fd >= 0 && !c->aborted) {
        const auto rv =
            ap_get_brigade(r->input_filters, taken, AP_MODE_READBYTES, APR_NONBLOCK_READ, piece);
        const bool came = !APR_BRIGADE_EMPTY(taken);
        const bool ended = ends_in(taken);
        apr_brigade_cleanup(taken);
        if (ended || (rv != APR_SUCCESS && !APR_STATUS_IS_EAGAIN(rv)))
            return;
        const auto now = clock::now();
        if (came)
            last = now;
        if (now - last >= longest_silence || now - began >= longest_in_all)
            return;
        if (!came)
            ::poll(&more, 1, static_cast<int>(std::chrono::milliseconds(between_polls).count()));
    }
}

// A refusal tells the client to stop, and goes first. After a success the client keeps sending:
// curl 7.88 reads nothing more, not even that it may send more, once it has all of the octets that
// Content-Length says.
bool is_refusal(int status)
{
    return status >= 300;
}

apr_status_t hold_end(ap_filter_t* f, apr_bucket_brigade* brigade)
{
    auto* end = APR_BRIGADE_FIRST(brigade);
    while (end != APR_BRIGADE_SENTINEL(brigade) && !APR_BUCKET_IS_EOS(end))
        end = APR_BUCKET_NEXT(end);
    if (end == APR_BRIGADE_SENTINEL(brigade))
        return ap_pass_brigade(f->next, brigade);
    auto* behind = apr_brigade_split_ex(brigade, end, nullptr);
    auto* taken = apr_brigade_create(f->r->pool, f->c->bucket_alloc);
    ap_remove_output_filter(f);
    auto silence = clock::duration(longest_pause);
    if (is_refusal(f->r->status)) {
        silence = silence_after_refusal(f->c);
        append(brigade, apr_bucket_flush_create(f->c->bucket_alloc));
        const auto rv = ap_pass_brigade(f->next, brigade);
        apr_brigade_cleanup(brigade);
        if (rv != APR_SUCCESS)
            return rv;
    }
    take_rest(f->r, taken, silence);
    APR_BRIGADE_CONCAT(brigade, behind);
    return ap_pass_brigade(f->next, brigade);
}

} // namespace

extern "C" {

static apr_status_t v6front_early_end_filter(ap_filter_t* f, apr_bucket_brigade* brigade)
{
    return guard("the filter of early ends", APR_EGENERAL, [=] { return hold_end(f, brigade); });
}

} // extern "C"

void register_early_end()
{
    constexpr auto below_the_head = static_cast<ap_filter_type>(AP_FTYPE_TRANSCODE + 1);
    early_end_filter = ap_register_output_filter("V6FRONT_EARLY_END", v6front_early_end_filter,
                                                 nullptr, below_the_head);
}

void take_rest_before_end(request_rec* r)
{
    if (is_http2_stream(r->connection) && !r->main && !r->expecting_100)
        ap_add_output_filter_handle(early_end_filter, nullptr, r, r->connection);
}

} // namespace v6front
