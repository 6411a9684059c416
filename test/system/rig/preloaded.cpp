// SPDX-License-Identifier: Apache-2.0
#include "preloaded.hpp"

#include "watching.hpp"

#include <fstream>

#include <sys/stat.h>

namespace v6front
{

preloaded::preloaded(httpd_options& options, const std::string& library)
    : file_(folder_.path() + "/told")
{
    chmod(folder_.path().c_str(), 0755); // a program that a hook starts has the library too
    tell(0);
    options.preload = test_library(library);
    options.environment.push_back("TOLD_BY_TEST=" + file_);
}

void preloaded::tell(std::int64_t first, std::int64_t second)
{
    const std::int64_t both[2]{first, second};
    // In place, since the server looks at the file's memory.
    std::fstream file(file_, std::ios::binary | std::ios::in | std::ios::out);
    if (!file)
        file.open(file_, std::ios::binary | std::ios::out);
    file.write(reinterpret_cast<const char*>(both), sizeof both);
}

} // namespace v6front
