// SPDX-License-Identifier: Apache-2.0
#include "leaping_clock.hpp"

#include "watching.hpp"

#include <cstdint>
#include <fstream>

#include <sys/stat.h>

namespace v6front
{

leaping_clock::leaping_clock(httpd_options& options) : file_(folder_.path() + "/ahead")
{
    chmod(folder_.path().c_str(), 0755); // a program that a hook starts has the clock too
    leap({});
    options.preload = test_library("leaping_clock.so");
    options.environment.push_back("LEAPING_CLOCK=" + file_);
}

void leaping_clock::leap(std::chrono::seconds by)
{
    ahead_ += by;
    const std::int64_t seconds = ahead_.count();
    // In place, since the server looks at the file's memory.
    std::fstream file(file_, std::ios::binary | std::ios::in | std::ios::out);
    if (!file) {
        file.open(file_, std::ios::binary | std::ios::out);
    }
    file.write(reinterpret_cast<const char*>(&seconds), sizeof seconds);
}

} // namespace v6front
