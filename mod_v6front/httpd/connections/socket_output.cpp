// SPDX-License-Identifier: Apache-2.0

#include "socket_output.hpp"

#include <array>
#include <cerrno>
#include <cstddef>

#include <sys/socket.h>
#include <sys/uio.h>

namespace v6front
{

namespace
{

// Of one call.
constexpr std::size_t most_pieces = 64;
constexpr std::size_t most_octets = 256 * 1024;

struct pieces {
    std::array<iovec, most_pieces> of;
    std::size_t count = 0;
    std::size_t octets = 0;
};

apr_status_t collect(apr_bucket_brigade* brigade, pieces& found)
{
    for (auto* b = APR_BRIGADE_FIRST(brigade);
         b != APR_BRIGADE_SENTINEL(brigade) && found.count < most_pieces &&
         found.octets < most_octets;
         b = APR_BUCKET_NEXT(b)) {
        if (APR_BUCKET_IS_METADATA(b))
            continue;
        const char* data = nullptr;
        apr_size_t n = 0;
        if (const auto rv = apr_bucket_read(b, &data, &n, APR_BLOCK_READ); rv != APR_SUCCESS)
            return rv;
        if (n == 0)
            continue;
        found.of[found.count++] = {const_cast<char*>(data), n};
        found.octets += n;
    }
    return APR_SUCCESS;
}

void delete_first(apr_bucket_brigade* brigade, std::size_t octets)
{
    while (!APR_BRIGADE_EMPTY(brigade)) {
        auto* b = APR_BRIGADE_FIRST(brigade);
        const bool has_data = !APR_BUCKET_IS_METADATA(b) && b->length > 0;
        if (has_data && octets == 0)
            return;
        if (has_data && b->length > octets)
            apr_bucket_split(b, octets);
        if (has_data)
            octets -= b->length;
        apr_bucket_delete(b);
    }
}

// What mod_logio logs.
void count(conn_rec* c, std::size_t octets)
{
    static const auto add = APR_RETRIEVE_OPTIONAL_FN(ap_logio_add_bytes_out);
    if (add)
        add(c, static_cast<apr_off_t>(octets));
}

} // namespace

apr_status_t write_what_fits(conn_rec* c, apr_bucket_brigade* brigade)
{
    apr_os_sock_t socket = -1;
    apr_os_sock_get(&socket, ap_get_conn_socket(c));
    for (;;) {
        pieces next;
        if (const auto rv = collect(brigade, next); rv != APR_SUCCESS)
            return rv;
        ssize_t n = 0;
        if (next.count > 0) {
            msghdr message{};
            message.msg_iov = next.of.data();
            message.msg_iovlen = next.count;
            do
                n = ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
            while (n < 0 && errno == EINTR);
        }
        if (n < 0)
            return errno;
        const auto written = static_cast<std::size_t>(n);
        if (written > 0)
            count(c, written);
        delete_first(brigade, written);
        if (APR_BRIGADE_EMPTY(brigade))
            return APR_SUCCESS;
        if (written < next.octets)
            return EAGAIN;
    }
}

} // namespace v6front
