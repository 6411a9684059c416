// SPDX-License-Identifier: Apache-2.0
#include "scripted_names.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <cctype>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>

namespace v6front
{

namespace asio = boost::asio;
using asio::ip::udp;

namespace
{

constexpr std::size_t header_size = 12; // RFC 1035 4.1.1

struct query {
    std::string name;
    int type = 0;
    std::string question; // as it came, to be repeated in the answer
};

// RFC 1035 4.1.2: labels, each behind its length, then type and class.
std::optional<query> parse(std::string_view packet)
{
    query q;
    std::size_t at = header_size;
    while (at < packet.size() && packet[at] != 0) {
        const auto size = static_cast<unsigned char>(packet[at]);
        if (!q.name.empty())
            q.name += '.';
        for (const char c : packet.substr(at + 1, size))
            q.name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        at += size + 1U;
    }
    if (at + 5 > packet.size())
        return std::nullopt;
    q.type = static_cast<unsigned char>(packet[at + 2]);
    q.question = packet.substr(header_size, at + 5 - header_size);
    return q;
}

std::string two_octets(std::size_t n)
{
    return {static_cast<char>(n >> 8), static_cast<char>(n & 0xff)};
}

template <class Bytes> std::string record(record_type type, const Bytes& address)
{
    return "\xc0\x0c" + two_octets(static_cast<std::size_t>(type)) + two_octets(1) + two_octets(0) +
           two_octets(1) + two_octets(address.size()) + std::string(address.begin(), address.end());
}

std::string answer_to(std::string_view packet, const query& q, const name_entry* entry)
{
    std::string records;
    std::size_t count = 0;
    if (entry && q.type == static_cast<int>(record_type::a)) {
        for (const auto& text : entry->a) {
            records += record(record_type::a, asio::ip::make_address_v4(text).to_bytes());
            ++count;
        }
    }
    if (entry && q.type == static_cast<int>(record_type::aaaa)) {
        for (const auto& text : entry->aaaa) {
            records += record(record_type::aaaa, asio::ip::make_address_v6(text).to_bytes());
            ++count;
        }
    }
    const char no_such_name = entry ? 0 : 3;
    std::string out(packet.substr(0, 2));
    out += '\x85'; // a response, authoritative, recursion desired
    out += static_cast<char>(0x80 | no_such_name);
    out += two_octets(1) + two_octets(count) + two_octets(0) + two_octets(0);
    return out + q.question + records;
}

} // namespace

struct scripted_names::server {
    server() : socket(io, udp::endpoint(asio::ip::address_v4::loopback(), 53))
    {
        receive();
        thread = std::thread([this] { io.run(); });
    }
    ~server()
    {
        io.stop();
        thread.join();
    }
    void receive()
    {
        socket.async_receive_from(asio::buffer(input), from,
                                  [this](boost::system::error_code ec, std::size_t n) {
                                      if (!ec)
                                          take({input.data(), n});
                                      receive();
                                  });
    }
    void take(std::string_view packet)
    {
        const auto q = parse(packet);
        if (!q)
            return;
        const std::lock_guard lock(mutex);
        ++questions[{q->name, q->type}];
        const auto found = entries.find(q->name);
        const name_entry* entry = found == entries.end() ? nullptr : &found->second;
        if (silent || (entry && entry->silent))
            return;
        auto timer = std::make_shared<asio::steady_timer>(io, entry ? entry->delay
                                                                    : std::chrono::milliseconds{0});
        timer->async_wait([this, timer, to = from,
                           text = answer_to(packet, *q, entry)](boost::system::error_code) {
            boost::system::error_code ignored; // whoever asked may be gone
            socket.send_to(asio::buffer(text), to, 0, ignored);
        });
    }

    asio::io_context io;
    udp::socket socket;
    udp::endpoint from;
    std::array<char, 1500> input{};
    std::mutex mutex; // of what follows
    std::map<std::string, name_entry> entries;
    std::map<std::pair<std::string, int>, std::size_t> questions;
    bool silent = false;
    std::thread thread;
};

scripted_names::scripted_names() : server_(std::make_unique<server>()) {}
scripted_names::~scripted_names() = default;

void scripted_names::say(const std::string& name, name_entry entry)
{
    const std::lock_guard lock(server_->mutex);
    server_->entries[name] = std::move(entry);
}

void scripted_names::forget(const std::string& name)
{
    const std::lock_guard lock(server_->mutex);
    server_->entries.erase(name);
}

void scripted_names::fall_silent(bool silent)
{
    const std::lock_guard lock(server_->mutex);
    server_->silent = silent;
}

std::size_t scripted_names::asked(const std::string& name, record_type type) const
{
    const std::lock_guard lock(server_->mutex);
    const auto found = server_->questions.find({name, static_cast<int>(type)});
    return found == server_->questions.end() ? 0 : found->second;
}

httpd_options options_for_name(const way& w, const std::string& name, std::uint16_t port)
{
    httpd_options options =
        options_for(w, "V6FrontPass / http://" + name + ":" + std::to_string(port) + "/");
    options.system_names = true;
    return options;
}

responder say(const std::string& text)
{
    return [text](const received_request&) { return response(text); };
}

} // namespace v6front
