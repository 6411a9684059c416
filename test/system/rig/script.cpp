// SPDX-License-Identifier: Apache-2.0
//
// The words that a backend's script is made of.
#include "scripted_backend.hpp"

#include <sstream>

namespace v6front
{

namespace script
{
step read_head()
{
    return {step::kind::read_head};
}
step read_body()
{
    return {step::kind::read_body};
}
step read_request()
{
    return {step::kind::read_request};
}
step send(std::string bytes, std::size_t times)
{
    return {step::kind::send, std::move(bytes), {}, times};
}
step answer(responder make)
{
    return {step::kind::answer, {}, std::move(make)};
}
step gate(std::string name)
{
    return {step::kind::gate, std::move(name)};
}
step read_end()
{
    return {step::kind::read_end};
}
step close()
{
    return {step::kind::close};
}
step reset()
{
    return {step::kind::reset};
}
step again()
{
    return {step::kind::again};
}
} // namespace script

std::string response(const std::string& body, const std::string& fields, const std::string& status)
{
    return "HTTP/1.1 " + status + "\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string chunked_response(const std::vector<std::string>& chunks, const std::string& fields)
{
    std::ostringstream out;
    out << "HTTP/1.1 200 OK\r\n" << fields << "Transfer-Encoding: chunked\r\n\r\n";
    for (const std::string& chunk : chunks)
        out << std::hex << chunk.size() << "\r\n" << chunk << "\r\n";
    out << "0\r\n\r\n";
    return out.str();
}

} // namespace v6front
