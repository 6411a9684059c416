// SPDX-License-Identifier: Apache-2.0
#include "differential.hpp"

#include <cstdlib>
#include <sstream>

namespace v6front
{

unsigned from_environment(const char* name, unsigned otherwise)
{
    const char* text = std::getenv(name);
    return text ? static_cast<unsigned>(std::atoi(text)) : otherwise;
}

std::string printable(const std::string& bytes)
{
    std::ostringstream out;
    for (const char c : bytes) {
        if (c == '\r')
            out << "\\r";
        else if (c == '\n')
            out << "\\n\n";
        else if (c < ' ' || c == 127)
            out << "\\x" << std::hex << (static_cast<unsigned>(c) & 0xff) << std::dec;
        else
            out << c;
    }
    return out.str();
}

} // namespace v6front
