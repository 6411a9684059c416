// SPDX-License-Identifier: Apache-2.0

#include "transport.hpp"

#include <poll.h>
#include <sys/socket.h>

namespace v6front
{

transport::transport(tcp_socket socket, std::unique_ptr<tls_session> tls)
    : socket_(std::move(socket)), tls_(std::move(tls))
{
    error_code ignored;
    socket_.non_blocking(true, ignored);
}

io_result transport::read_now(std::span<char> into)
{
    if (tls_) {
        const auto got = tls_->read(into, tls_session::from::kernel);
        return {got.error, got.size};
    }
    io_result done;
    done.size = read_what_is_there(socket_.native_handle(), into, done.error);
    return done;
}

io_result transport::write_now(std::string_view bytes)
{
    if (tls_) {
        const auto sent = tls_->write(bytes);
        return {sent.error, sent.size};
    }
    io_result done;
    done.size = socket_.write_some(asio::buffer(bytes.data(), bytes.size()), done.error);
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
