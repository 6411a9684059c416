// SPDX-License-Identifier: Apache-2.0
#include "identity_site.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>

namespace v6front
{

namespace
{

const std::string signature("NTLMSSP\0", 8);

// Little-endian, as all numbers of these messages.
std::string number(std::uint32_t value, std::size_t octets)
{
    std::string text;
    for (std::size_t i = 0; i < octets; ++i, value >>= 8)
        text += static_cast<char>(value & 0xff);
    return text;
}

std::size_t number_at(const std::string& text, std::size_t at, std::size_t octets)
{
    std::size_t value = 0;
    for (std::size_t i = octets; i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(text.at(at + i));
    return value;
}

// Where a field of a message is: its length twice, and its place.
std::string place(std::size_t length, std::size_t at)
{
    const auto n = static_cast<std::uint32_t>(length);
    return number(n, 2) + number(n, 2) + number(static_cast<std::uint32_t>(at), 4);
}

std::string in_base64(const std::string& bytes)
{
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int n = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                  reinterpret_cast<const unsigned char*>(bytes.data()),
                                  static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(n));
    return text;
}

std::string from_base64(const std::string& text)
{
    std::string bytes(text.size(), '\0');
    const int n = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                  reinterpret_cast<const unsigned char*>(text.data()),
                                  static_cast<int>(text.size()));
    bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return bytes;
}

// Type 2: no target name, a challenge, and an empty list of what the target says of itself, which
// asks for NTLMv2.
std::string ntlm_challenge()
{
    constexpr std::uint32_t unicode_ntlm_with_target_info = 0x00800201;
    return in_base64(signature + number(2, 4) + place(0, 48) +
                     number(unicode_ntlm_with_target_info, 4) + "8 octets" + std::string(8, '\0') +
                     place(4, 48) + std::string(4, '\0'));
}

// Without the zeros that every other octet of UTF-16 is, for names in ASCII.
std::string name_in(const std::string& message)
{
    std::string name = message.substr(number_at(message, 40, 4), number_at(message, 36, 2));
    name.erase(std::remove(name.begin(), name.end(), '\0'), name.end());
    return name;
}

} // namespace

std::string ntlm_negotiate()
{
    return in_base64(signature + number(1, 4) + number(0x201, 4) + std::string(16, '\0'));
}

std::string ntlm_authenticate(const std::string& name)
{
    const std::string nothing = place(0, 64);
    return in_base64(signature + number(3, 4) + nothing + nothing + nothing +
                     place(name.size(), 64) + nothing + nothing + number(0x202, 4) + name);
}

std::string identity_site::greet(unsigned connection, const std::string& name)
{
    names_[connection] = name;
    return response("you are " + name + "\n", accepted_);
}

std::string identity_site::answer_ntlm(unsigned connection, const std::string& message)
{
    const std::size_t type = message.size() >= 32 ? number_at(message, 8, 4) : 0;
    if (type == 1) {
        names_[connection] = {};
        return response("", "WWW-Authenticate: NTLM " + ntlm_challenge() + "\r\n",
                        "401 Unauthorized");
    }
    // The third message means something where the first was said, and nowhere else.
    const auto begun = names_.find(connection);
    if (type == 3 && message.size() >= 64 && begun != names_.end() && begun->second.empty())
        return greet(connection, name_in(message));
    return response("that is no answer\n", challenge_, "401 Unauthorized");
}

std::string identity_site::answer(const received_request& r)
{
    const std::lock_guard lock(mutex_);
    const std::string login = r.message.value("Authorization");
    const auto blank = login.find(' ');
    if (blank != std::string::npos) {
        const std::string message = from_base64(login.substr(blank + 1));
        return message.starts_with(signature) ? answer_ntlm(r.connection, message)
                                              : greet(r.connection, login.substr(blank + 1));
    }
    const auto known = names_.find(r.connection);
    if (known != names_.end() && !known->second.empty())
        return response("you are " + known->second + "\n");
    return challenge_.empty() ? response("you are nobody\n")
                              : response("who are you\n", challenge_, "401 Unauthorized");
}

responder identity_responder(std::string challenge, std::string accepted)
{
    auto site = std::make_shared<identity_site>(std::move(challenge), std::move(accepted));
    return [site](const received_request& r) { return site->answer(r); };
}

http_message said(user_agent& agent, const question& q)
{
    agent.send(q);
    return agent.read_response();
}

question with(const std::string& authorization, const std::string& method)
{
    return {"/", method, {{"Authorization", authorization}}};
}

unsigned others_who_are_known(const httpd_server& front, unsigned count)
{
    unsigned known = 0;
    for (unsigned i = 0; i < count; ++i) {
        const std::string body = get(front, "/").body;
        known += body.starts_with("you are") && body != "you are nobody\n";
    }
    return known;
}

httpd_options options_with(const way& w, const std::string& site)
{
    httpd_options options = options_for(w, site);
    options.global = "V6FrontThreads 1";
    // The event MPM closes kept connections while no thread of its own is idle, and a login with
    // them.
    options.threads = w.model == mpm::event ? 100 : options.threads;
    return options;
}

} // namespace v6front
