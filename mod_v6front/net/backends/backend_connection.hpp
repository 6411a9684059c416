// SPDX-License-Identifier: Apache-2.0
//
// One connection to an IPv4 backend, TCP or TLS over it: bytes and deadlines, no HTTP.
//
// Life: made by connect_to_backend, in use through a lease, idle in its engine's pool, closed when
// the last of these lets go. On its engine's thread only. While a response is awaited, and while
// idle if it is watched then, one read is outstanding: it notices at once that an idle backend has
// closed or talks out of turn. It has memory only once there is something to read.
#pragma once

#include "core/base/octet_buffer.hpp"
#include "net/loop/asio.hpp"
#include "net/loop/deadline.hpp"
#include "net/loop/event.hpp"
#include "connection_identity.hpp"
#include "transport.hpp"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace v6front
{

// Where octets of a body go, which are there and not more than `most`; at least for one.
using body_room = std::function<std::span<char>(std::size_t most)>;

class backend_connection final : private backend_reader,
                                 public std::enable_shared_from_this<backend_connection>
{
public:
    static constexpr std::size_t initial_buffer = 16 * 1024;
    static constexpr std::chrono::milliseconds no_limit = std::chrono::hours(24);

    backend_connection(transport octets, const connection_identity& identity,
                       deadline_list& deadlines);

    // Bytes read and not yet consumed. Views stay valid until the next readable().
    std::string_view input() const noexcept { return buffer_.bytes(); }
    void consume(std::size_t n) noexcept { buffer_.consume(n); }

    // Ends when input() has grown beyond what it held at the call, or with an error. Can be
    // cancelled without loss: the read continues, and the next call gets its bytes.
    task<error_code> readable(std::chrono::milliseconds timeout);
    // Ends a readable() that waits, as if its time were up.
    void end_wait();
    // Blocks the thread until there is input(), or the backend has closed, or `at_most` has passed.
    // Only where nobody else is on that thread; does nothing while a read is outstanding.
    void wait_here(std::chrono::milliseconds at_most);
    // Reads straight into what `room` gives for at most so many octets, once there are any; for
    // bodies, when input() is empty and no read is outstanding.
    task<io_result> read_into(const body_room& room, std::size_t most,
                              std::chrono::milliseconds timeout);
    // Writes what the kernel takes now, which may be nothing.
    io_result write_now(std::string_view bytes, std::string_view then = {});
    // Writes something. Can be cancelled without loss: the result says how much was written.
    task<io_result> write_some(std::string_view bytes, std::chrono::milliseconds timeout);
    // Writes everything; size tells how much went out when it failed.
    task<io_result> write(std::string_view bytes, std::chrono::milliseconds timeout);

    // Starts the outstanding read, if there is none. later: for one that is idle, since probe() is
    // asked before it is used again, and now and then.
    void watch(socket_read::end_is_told end = socket_read::end_is_told::at_once);
    // As far as the outstanding read tells, if there is one: nothing arrived, not closed.
    bool is_quiet() const noexcept { return !read_error_ && buffer_.empty(); }
    bool is_reading() const noexcept { return reading_; }
    // What an idle backend has done, by the outstanding read and by the kernel, which may know
    // more. unread: over TLS the outstanding read will tell, in the engine's next turn.
    enum class state : std::uint8_t { open, spoke, unread, ended };
    state probe() noexcept;
    // It is idle from now on; `disturbed` is called when it is watched and not quiet any more.
    void begin_idle(std::function<void(backend_connection&)> disturbed);
    // Asks the kernel: nothing follows input(), and the backend has closed. Not where
    // the last read has filled the buffer, so that more follows, or one is outstanding.
    bool has_ended() noexcept;
    void end_idle() noexcept;
    // For how long it has been idle, or was when it was taken last.
    std::chrono::milliseconds idle_for() const noexcept;
    // Where others have kept its socket.
    void continue_from(const connection_past& past) noexcept
    {
        made_ = past.made;
        promised_ = past.promised;
        was_idle_ = past.idle;
    }
    // For how long of that it was open, by what probe() has seen: where nobody watches, a close may
    // be seen long after it was done.
    std::chrono::milliseconds seen_open_for() const noexcept { return seen_open_for_; }

    void end_sending() noexcept; // the backend reads an end; it may still be read from
    void close() noexcept;
    // Lets go of its socket, for another engine to use. Closed if anything is under way on it or
    // unread.
    detached_socket release() noexcept;
    const connection_identity& identity() const noexcept { return identity_; }
    // It begins with a client's name, so that it is that client's.
    bool is_named() const noexcept { return !identity_.terms.preface.empty(); }
    const endpoint& peer() const noexcept { return identity_.address; }
    endpoint local() const noexcept { return transport_.local(); }
    const tls_session* tls() const noexcept { return transport_.tls(); }
    deadline_list& deadlines() const noexcept { return deadlines_; }
    std::string& scratch() noexcept { return scratch_; } // the request head, reused
    deadline::clock::duration age() const noexcept { return deadline::clock::now() - made_; }
    // "Keep-Alive: timeout=": its backend keeps it for so long once it is idle. 0: it has not said.
    void promise(std::chrono::seconds kept_for) noexcept { promised_ = kept_for; }
    std::chrono::milliseconds promised() const noexcept { return promised_; }
    bool has_served() const noexcept { return served_; }
    void note_served() noexcept { served_ = true; }

private:
    std::span<char> read_room() override;
    void leave_room() override;
    class direct_read;
    void on_read(error_code ec, std::size_t n) override;
    std::shared_ptr<socket_reader> shared() override;
    error_code end_of_reading() const;
    task<error_code> arrival(std::chrono::milliseconds timeout);
    void on_read_deadline();

    transport transport_;
    connection_identity identity_;
    deadline_list& deadlines_;
    deadline read_deadline_; // of a wait for input
    deadline write_deadline_;
    event arrived_;
    octet_buffer buffer_;
    error_code read_error_;
    bool reading_ = false;
    direct_read* direct_ = nullptr; // where the outstanding read goes, if not into the buffer
    bool is_direct_ = false;        // so it is with the last room that was asked for
    std::size_t room_size_ = 0;     // of the last read
    bool more_is_likely_ = false;   // which has filled it
    bool served_ = false;
    deadline::clock::time_point made_ = deadline::clock::now();
    std::chrono::milliseconds promised_{};
    bool idle_ = false;
    deadline::clock::time_point idle_since_{};
    std::chrono::milliseconds was_idle_{};
    std::chrono::milliseconds seen_open_for_{};
    std::function<void(backend_connection&)> disturbed_;
    std::string scratch_;
};

} // namespace v6front
