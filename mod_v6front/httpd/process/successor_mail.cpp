// SPDX-License-Identifier: Apache-2.0

#include "successor_mail.hpp"

#include "httpd/base/apache.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cstring>

namespace v6front
{

namespace
{

constexpr const char* mailbox_key = "v6front-successor-mail-1";
constexpr std::size_t most_read = 65536;

struct ends {
    int in = -1;  // of old children
    int out = -1; // of new ones
};
ends mailbox;

// Room for one descriptor beside a message.
union control {
    std::array<char, CMSG_SPACE(sizeof(int))> octets;
    cmsghdr aligned;
};

msghdr message_of(std::array<iovec, 2>& parts, control& beside)
{
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    message.msg_control = beside.octets.data();
    message.msg_controllen = beside.octets.size();
    return message;
}

} // namespace

// Not blocking, and each message whole. What has no room is not sent.
void make_mailbox()
{
    void* kept = ap_retained_data_get(mailbox_key);
    if (!kept) {
        int pair[2];
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
            return;
        kept = ap_retained_data_create(mailbox_key, sizeof(ends));
        *static_cast<ends*>(kept) = {pair[0], pair[1]};
    }
    mailbox = *static_cast<ends*>(kept);
}

bool send_to_successors(std::uint64_t listener, int descriptor, std::string_view read)
{
    if (mailbox.in < 0 || read.size() > most_read)
        return false;
    std::array<iovec, 2> parts{iovec{&listener, sizeof listener},
                               iovec{const_cast<char*>(read.data()), read.size()}};
    control beside{};
    auto message = message_of(parts, beside);
    auto* about = CMSG_FIRSTHDR(&message);
    about->cmsg_level = SOL_SOCKET;
    about->cmsg_type = SCM_RIGHTS;
    about->cmsg_len = CMSG_LEN(sizeof descriptor);
    std::memcpy(CMSG_DATA(about), &descriptor, sizeof descriptor);
    return ::sendmsg(mailbox.in, &message, MSG_NOSIGNAL) >= 0;
}

int copy_of_mailbox()
{
    return mailbox.out < 0 ? -1 : ::fcntl(mailbox.out, F_DUPFD_CLOEXEC, 0);
}

std::optional<mailed_connection> take_from_mailbox()
{
    mailed_connection one{0, -1, std::string(most_read, '\0')};
    std::array<iovec, 2> parts{iovec{&one.listener, sizeof one.listener},
                               iovec{one.read.data(), one.read.size()}};
    control beside{};
    auto message = message_of(parts, beside);
    const auto n = ::recvmsg(mailbox.out, &message, MSG_CMSG_CLOEXEC);
    if (n < static_cast<ssize_t>(sizeof one.listener))
        return std::nullopt;
    one.read.resize(static_cast<std::size_t>(n) - sizeof one.listener);
    const auto* about = CMSG_FIRSTHDR(&message);
    if (!about || about->cmsg_type != SCM_RIGHTS)
        return std::nullopt;
    std::memcpy(&one.descriptor, CMSG_DATA(about), sizeof one.descriptor);
    return one;
}

} // namespace v6front
