// SPDX-License-Identifier: Apache-2.0

#include "transport.hpp"

#include <boost/asio/error.hpp>

#include <new>

#include <poll.h>
#include <sys/socket.h>

#include <array>

namespace v6front
{

transport::transport(tcp_socket socket, std::unique_ptr<tls_session> tls)
    : socket_(std::move(socket)), tls_(std::move(tls))
{
    error_code ignored;
    socket_.non_blocking(true, ignored);
}

void transport::start_reading(backend_reader& reader, socket_read::end_is_told when)
{
    if (!tls_)
        return waiting_.start(socket_, reader, when);
    reader_ = &reader;
    if (!tls_->waits_for_input())
        return read_as_tls_wants();
    tls_->begin_reading();
    waiting_.start(socket_, *this, when);
}

void transport::on_read(error_code ec, std::size_t n)
{
    const bool cancelled = ec == asio::error::operation_aborted;
    tls_->end_reading(cancelled ? error_code() : ec, n);
    if (cancelled)
        return reader_->on_read(ec, 0);
    tls_session::progress got;
    try {
        got = tls_->read(reader_->read_room(), tls_session::from::received);
        tls_->leave_room();
        if (got.wants == tls_session::want::output)
            return read_as_tls_wants();
    } catch (const std::bad_alloc&) {
        got = {asio::error::no_memory};
    }
    if (got.wants == tls_session::want::nothing)
        return reader_->on_read(got.error, got.size);
    tls_->begin_reading(); // the rest of a record
    waiting_.start(socket_, *this, socket_read::end_is_told::at_once);
}

// Something is here already, or TLS has to be sent something first.
void transport::read_as_tls_wants()
{
    async_read_some(reader_->read_room(),
                    [to = reader_->shared()](error_code ec, std::size_t n) { to->on_read(ec, n); });
}

io_result transport::read_now(std::span<char> into)
{
    if (tls_) {
        const auto got = tls_->read(into, tls_session::from::kernel);
        return {got.error, got.size};
    }
    io_result done;
    done.size = socket_.read_some(asio::buffer(into.data(), into.size()), done.error);
    if (done.error == asio::error::would_block)
        done.error = {};
    return done;
}

io_result transport::write_now(std::string_view bytes, std::string_view then)
{
    if (tls_) {
        auto sent = tls_->write(bytes);
        if (!sent.error && sent.size == bytes.size() && !then.empty()) {
            const auto more = tls_->write(then);
            sent = {more.error, sent.size + more.size};
        }
        return {sent.error, sent.size};
    }
    io_result done;
    const std::array both{asio::buffer(bytes.data(), bytes.size()),
                          asio::buffer(then.data(), then.size())};
    if (then.empty())
        done.size = socket_.write_some(both.front(), done.error);
    else
        done.size = socket_.write_some(both, done.error);
    if (done.error == asio::error::would_block)
        done.error = {};
    return done;
}

bool transport::wait_for_input(std::chrono::milliseconds at_most)
{
    if (tls_ && tls_->has_octets())
        return true;
    pollfd entry{socket_.native_handle(), POLLIN, 0};
    return ::poll(&entry, 1, static_cast<int>(at_most.count())) > 0;
}

transport::next transport::peek() noexcept
{
    return tls_ ? tls_->peek() : peek_at(socket_.native_handle());
}

endpoint transport::local() const noexcept
{
    error_code ignored;
    return socket_.local_endpoint(ignored);
}

void transport::cancel() noexcept
{
    error_code ignored;
    socket_.cancel(ignored);
    if (tls_ && tls_->behind_reader)
        tls_->behind_reader->cancel();
}

void transport::end_sending() noexcept
{
    error_code ignored;
    if (tls_)
        tls_->end_sending();
    socket_.shutdown(tcp_socket::shutdown_send, ignored);
}

void transport::close() noexcept
{
    error_code ignored;
    if (tls_ && socket_.is_open()) {
        tls_->end_sending();
        tls_->forget_socket();
        if (tls_->behind_reader)
            tls_->behind_reader->cancel();
    }
    socket_.close(ignored);
}

detached_socket transport::release() noexcept
{
    error_code failed;
    if (tls_)
        tls_->behind_reader.reset(); // of this engine
    const int socket = socket_.release(failed);
    return failed ? detached_socket() : detached_socket(socket, std::move(tls_));
}

} // namespace v6front
