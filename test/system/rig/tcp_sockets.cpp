// SPDX-License-Identifier: Apache-2.0
#include "tcp_sockets.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <initializer_list>
#include <system_error>

namespace v6front
{

namespace
{

struct tcp_sockets {
    std::size_t count = 0;
    std::uint64_t unread = 0; // bytes that have come, or were sent and not acknowledged
};

[[noreturn]] void refuse(int error)
{
    throw std::system_error(error, std::generic_category(), "sock_diag");
}

// RAII for the socket by which the kernel is asked.
class netlink_socket
{
public:
    netlink_socket() : fd_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG))
    {
        if (fd_ < 0)
            refuse(errno);
    }
    ~netlink_socket() { close(fd_); }
    netlink_socket(const netlink_socket&) = delete;
    netlink_socket& operator=(const netlink_socket&) = delete;
    int get() const { return fd_; }

private:
    int fd_;
};

std::uint32_t states(std::initializer_list<unsigned> wanted)
{
    std::uint32_t mask = 0;
    for (const unsigned state : wanted)
        mask |= 1U << state;
    return mask;
}

// Adds those of one answer; true if it was the last one.
bool add_answer(tcp_sockets& all, const char* begin, std::size_t size)
{
    auto left = static_cast<std::int64_t>(size); // which the macros take below 0
    for (auto* head = reinterpret_cast<const nlmsghdr*>(begin); NLMSG_OK(head, left);
         head = NLMSG_NEXT(head, left)) {
        // Both begin with an error, as a negative number; the last one's may be 0.
        if (head->nlmsg_type == NLMSG_ERROR || head->nlmsg_type == NLMSG_DONE) {
            const int error = *static_cast<const int*>(NLMSG_DATA(head));
            if (error < 0)
                refuse(-error);
            return true;
        }
        const auto* found = static_cast<const inet_diag_msg*>(NLMSG_DATA(head));
        ++all.count;
        all.unread += found->idiag_rqueue + found->idiag_wqueue;
    }
    if (left > 0)
        refuse(EBADMSG);
    return false;
}

// Those of that family in those states; a port of 0 is any.
tcp_sockets find(int family, std::uint32_t in_states, std::uint16_t local, std::uint16_t remote)
{
    struct {
        nlmsghdr head;
        inet_diag_req_v2 wanted;
    } question{};
    question.head.nlmsg_len = sizeof question;
    question.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    question.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    question.wanted.sdiag_family = static_cast<std::uint8_t>(family);
    question.wanted.sdiag_protocol = IPPROTO_TCP;
    question.wanted.idiag_states = in_states;
    question.wanted.id.idiag_sport = htons(local);
    question.wanted.id.idiag_dport = htons(remote);

    const netlink_socket kernel;
    if (send(kernel.get(), &question, sizeof question, 0) < 0)
        refuse(errno);
    tcp_sockets all;
    alignas(nlmsghdr) std::array<char, 32768> answer;
    for (bool is_whole = false; !is_whole;) {
        const ssize_t n = recv(kernel.get(), answer.data(), answer.size(), MSG_TRUNC);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            refuse(errno);
        if (static_cast<std::size_t>(n) > answer.size())
            refuse(EMSGSIZE);
        is_whole = add_answer(all, answer.data(), static_cast<std::size_t>(n));
    }
    return all;
}

} // namespace

bool has_client_that_left(std::uint16_t port)
{
    const auto left = states({TCP_CLOSE_WAIT});
    return find(AF_INET6, left, port, 0).count + find(AF_INET, left, port, 0).count > 0;
}

std::size_t established_to(std::uint16_t port)
{
    return find(AF_INET, states({TCP_ESTABLISHED}), 0, port).count;
}

bool has_all_been_read(std::uint16_t one, std::uint16_t other)
{
    const auto with_bytes = states(
        {TCP_ESTABLISHED, TCP_FIN_WAIT1, TCP_FIN_WAIT2, TCP_CLOSE_WAIT, TCP_LAST_ACK, TCP_CLOSING});
    return find(AF_INET, with_bytes, one, other).unread +
               find(AF_INET, with_bytes, other, one).unread ==
           0;
}

} // namespace v6front
