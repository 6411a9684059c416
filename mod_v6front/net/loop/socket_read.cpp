// SPDX-License-Identifier: Apache-2.0

#include "socket_read.hpp"

#include <boost/asio/detail/socket_ops.hpp>
#include <boost/asio/error.hpp>

#include <new>

#include <sys/socket.h>

namespace v6front
{

namespace
{

// What a socket is to the reactor, which basic_socket keeps for itself.
struct opened : tcp_socket {
    static auto& of(tcp_socket& s) { return (s.*(&opened::impl_)).get_implementation(); }
};

} // namespace

socket_read::operation::operation(asio::detail::reactor& of)
    : reactor_op(error_code(), &operation::perform, &operation::complete), reactor(of)
{
}

asio::detail::reactor_op::status socket_read::operation::perform(asio::detail::reactor_op* base)
{
    auto& o = *static_cast<operation*>(base);
    if (o.has_ended)
        return not_done;
    if (std::exchange(o.leaves_out, false))
        return not_done;
    o.has_not_asked = false;
    std::span<char> room;
    try {
        room = o.reader->read_room();
    } catch (const std::bad_alloc&) {
        o.ec_ = asio::error::no_memory;
        return done;
    }
    if (!asio::detail::socket_ops::non_blocking_recv1(o.descriptor, room.data(), room.size(),
                                                      MSG_DONTWAIT, true, o.ec_,
                                                      o.bytes_transferred_)) {
        o.reader->leave_room();
        return not_done;
    }
    o.is_drained = o.bytes_transferred_ < room.size();
    return o.bytes_transferred_ == 0 ? done_and_exhausted : done;
}

// Also where the reader has no memory, and throws into the loop.
struct socket_read::being_told {
    explicit being_told(operation& o) : of(o) { of.is_told = true; }
    being_told(const being_told&) = delete;
    being_told& operator=(const being_told&) = delete;
    ~being_told()
    {
        of.is_told = of.is_drained = false;
        if (of.has_ended && !of.is_under_way)
            delete &of;
    }
    operation& of;
};

// `engine` is none where the operation goes with its engine.
void socket_read::operation::complete(void* engine, asio::detail::operation* base,
                                      const error_code&, std::size_t)
{
    auto* o = static_cast<operation*>(base);
    o->is_under_way = false;
    if (engine && !o->has_ended) {
        const being_told until_here(*o);
        o->is_drained = o->is_drained && !o->ec_;
        o->reader->on_read(o->ec_, o->bytes_transferred_);
    } else if (o->has_ended && !o->is_under_way) {
        delete o;
    }
}

// Asio has the operation while it is under way, and complete() while it tells of it.
void socket_read::end::operator()(operation* o) const noexcept
{
    o->has_ended = true;
    if (!o->is_under_way && !o->is_told)
        delete o;
}

socket_read::~socket_read() = default;

void socket_read::start(tcp_socket& socket, socket_reader& reader, end_is_told when)
{
    auto& of_reactor = opened::of(socket);
    if (!operation_)
        operation_.reset(new operation(
            asio::use_service<asio::detail::reactor>(socket.get_executor().context())));
    auto& o = *operation_;
    o.reader = &reader;
    o.descriptor = of_reactor.socket_;
    o.ec_ = {};
    o.bytes_transferred_ = 0;
    o.leaves_out = o.has_not_asked = when == end_is_told::later && o.is_told && o.is_drained;
    o.is_drained = false;
    o.is_under_way = true;
    constexpr bool is_continuation = true, asks_first = true;
    o.reactor.start_op(asio::detail::reactor::read_op, of_reactor.socket_, of_reactor.reactor_data_,
                       &o, is_continuation, asks_first);
}

} // namespace v6front
