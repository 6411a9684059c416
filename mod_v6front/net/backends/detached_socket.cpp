// SPDX-License-Identifier: Apache-2.0

#include "detached_socket.hpp"

#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace v6front
{

next_input peek_at(int descriptor) noexcept
{
    char octet = 0;
    const auto n = ::recv(descriptor, &octet, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n > 0)
        return next_input::octets;
    if (n == 0)
        return next_input::end;
    return errno == EAGAIN || errno == EWOULDBLOCK ? next_input::nothing : next_input::reset;
}

bool detached_socket::is_silent() noexcept
{
    return (tls_ ? tls_->peek() : peek_at(descriptor_)) == next_input::nothing;
}

void detached_socket::close() noexcept
{
    if (descriptor_ < 0)
        return;
    if (tls_)
        tls_->end_sending();
    tls_.reset();
    ::close(std::exchange(descriptor_, -1));
}

} // namespace v6front
