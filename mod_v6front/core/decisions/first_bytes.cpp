// SPDX-License-Identifier: Apache-2.0

#include "first_bytes.hpp"

namespace v6front
{

namespace
{

using namespace std::string_view_literals;

constexpr unsigned char handshake_record = 22;
constexpr std::size_t header_size = 5;
constexpr unsigned max_record = 16384 + 2048; // what TLS takes (RFC 5246 6.2.3)
constexpr unsigned client_hello = 1;
constexpr unsigned alpn_extension = 16;

// Numbers and parts off the front of a message. Past its end they are 0 and empty.
class octet_reader
{
public:
    explicit octet_reader(std::string_view bytes) noexcept : rest_(bytes) {}
    bool empty() const noexcept { return rest_.empty() || is_short_; }
    std::string_view rest() const noexcept { return rest_; }

    std::string_view part(std::size_t n) noexcept
    {
        if (n > rest_.size()) {
            is_short_ = true;
            return {};
        }
        const auto taken = rest_.substr(0, n);
        rest_.remove_prefix(n);
        return taken;
    }
    unsigned number(std::size_t octets) noexcept
    {
        unsigned n = 0;
        for (const char c : part(octets))
            n = n << 8 | static_cast<unsigned char>(c);
        return n;
    }
    // What a length of so many octets precedes.
    std::string_view vector(std::size_t length_octets) noexcept
    {
        return part(number(length_octets));
    }

private:
    std::string_view rest_;
    bool is_short_ = false;
};

// RFC 8701: names that nobody has, which clients send to see that they are ignored.
bool is_grease(std::string_view name) noexcept
{
    return name.size() == 2 && name[0] == name[1] && (name[0] & 0x0f) == 0x0a;
}

bool is_for_engine(std::string_view name, offered_protocols offered) noexcept
{
    if (name == "h2"sv)
        return !offered.h2;
    return name.starts_with("http/"sv) || is_grease(name);
}

first_bytes judge_names(std::string_view list, offered_protocols offered) noexcept
{
    for (octet_reader names(octet_reader(list).vector(2)); !names.empty();)
        if (const auto name = names.vector(1); !name.empty() && !is_for_engine(name, offered))
            return first_bytes::other;
    return first_bytes::http1;
}

bool has_http1(std::string_view list) noexcept
{
    for (octet_reader names(octet_reader(list).vector(2)); !names.empty();)
        if (names.vector(1).starts_with("http/"sv))
            return true;
    return false;
}

// The body of its ALPN extension; empty: it has none.
std::string_view alpn_of(octet_reader hello) noexcept
{
    hello.part(2 + 32); // version, random
    hello.vector(1);    // session
    hello.vector(2);    // cipher suites
    hello.vector(1);    // compression
    for (octet_reader extensions(hello.vector(2)); !extensions.empty();) {
        const auto type = extensions.number(2);
        const auto body = extensions.vector(2);
        if (type == alpn_extension)
            return body;
    }
    return {};
}

first_bytes judge_tls(std::string_view bytes, offered_protocols offered) noexcept
{
    if (bytes.size() < header_size)
        return first_bytes::more;
    octet_reader record(bytes);
    record.part(1);
    const auto major = record.number(1);
    record.part(1);
    const auto record_size = record.number(2);
    if (major != 3 || record_size < 4 || record_size > max_record)
        return first_bytes::http1;
    if (record.rest().size() < 4)
        return first_bytes::more;
    if (record.number(1) != client_hello)
        return first_bytes::http1;
    const auto size = record.number(3);
    if (size + 4 > record_size) // goes on in another record, of which more than one may follow
        return offered.h2 ? first_bytes::other : first_bytes::http1;
    if (record.rest().size() < size)
        return first_bytes::more;
    return judge_names(alpn_of(octet_reader(record.rest().substr(0, size))), offered);
}

constexpr auto preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"sv;

// One of them is a prefix of the other.
bool agree(std::string_view bytes, std::string_view beginning) noexcept
{
    return bytes.substr(0, beginning.size()) == beginning.substr(0, bytes.size());
}

// HAProxy's proxy-protocol.txt, 2.1 and 2.2.
constexpr auto proxy_line = "PROXY "sv;
constexpr auto proxy_signature = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t longest_proxy_line = 107;
constexpr std::size_t longest_proxy_addresses =
    216; // two names of sockets; mod_remoteip takes no more

enum class proxy_header_part : std::uint8_t { none, unfinished, whole };

// Takes a PROXY header off the front of bytes. One that is too long is none.
proxy_header_part take_proxy_header(std::string_view& bytes) noexcept
{
    std::size_t size = 0;
    if (bytes.starts_with(proxy_line)) {
        const auto end = bytes.substr(0, longest_proxy_line).find('\n');
        if (end == bytes.npos && bytes.size() >= longest_proxy_line)
            return proxy_header_part::none;
        size = end == bytes.npos ? longest_proxy_line : end + 1;
    } else if (bytes.starts_with(proxy_signature)) {
        constexpr auto fixed_size = proxy_signature.size() + 4; // version, family, length
        if (bytes.size() < fixed_size)
            return proxy_header_part::unfinished;
        const auto addresses = octet_reader(bytes.substr(fixed_size - 2)).number(2);
        if (addresses > longest_proxy_addresses)
            return proxy_header_part::none;
        size = fixed_size + addresses;
    } else {
        return agree(bytes, proxy_line) || agree(bytes, proxy_signature)
                   ? proxy_header_part::unfinished
                   : proxy_header_part::none;
    }
    if (bytes.size() < size)
        return proxy_header_part::unfinished;
    bytes.remove_prefix(size);
    return proxy_header_part::whole;
}

} // namespace

first_bytes judge_first_bytes(std::string_view bytes, offered_protocols offered) noexcept
{
    const bool may_be_h2 = offered.h2 || offered.h2c;
    if (may_be_h2 && take_proxy_header(bytes) == proxy_header_part::unfinished)
        return first_bytes::more;
    if (bytes.empty())
        return first_bytes::more;
    if (static_cast<unsigned char>(bytes[0]) == handshake_record)
        return judge_tls(bytes, offered);
    if (offered.h2c && agree(bytes, preface))
        return bytes.size() < preface.size() ? first_bytes::more : first_bytes::other;
    return first_bytes::http1;
}

bool may_speak_http1(std::string_view bytes) noexcept
{
    take_proxy_header(bytes);
    if (bytes.starts_with(preface))
        return false;
    if (bytes.empty() || static_cast<unsigned char>(bytes[0]) != handshake_record)
        return true;
    octet_reader record(bytes);
    record.part(header_size + 1);
    const auto hello = record.vector(3); // empty if it spans records
    const auto names = alpn_of(octet_reader(hello));
    return names.empty() || has_http1(names);
}

} // namespace v6front
