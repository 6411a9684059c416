// SPDX-License-Identifier: Apache-2.0

#include "loaded_openssl.hpp"

#include <openssl/crypto.h>
#include <openssl/opensslv.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <dlfcn.h>
#include <link.h>
#include <memory>
#include <string_view>

namespace v6front
{

namespace
{

// A function that every OpenSSL has, and every library that is one in disguise.
constexpr const char* known_function = "SSL_CTX_new";

std::string file_with(const void* address)
{
    Dl_info found{};
    return ::dladdr(address, &found) != 0 && found.dli_fname ? found.dli_fname : std::string();
}

struct close_library {
    void operator()(void* handle) const { ::dlclose(handle); }
};

// The file that has the function which this loaded file would call; empty: it would call none.
std::string openssl_of(const std::string& file)
{
    const std::unique_ptr<void, close_library> handle(
        ::dlopen(file.c_str(), RTLD_LAZY | RTLD_NOLOAD));
    const void* found = handle ? ::dlsym(handle.get(), known_function) : nullptr;
    return found ? file_with(found) : std::string();
}

std::vector<std::string> loaded_files()
{
    std::vector<std::string> all;
    ::dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* into) {
            if (info->dlpi_name && *info->dlpi_name)
                static_cast<std::vector<std::string>*>(into)->emplace_back(info->dlpi_name);
            return 0;
        },
        &all);
    return all;
}

std::string name_of_file(const std::string& path)
{
    return path.substr(path.rfind('/') + 1);
}

} // namespace

std::string own_openssl()
{
    return file_with(reinterpret_cast<const void*>(&SSL_CTX_new));
}

std::string wrong_openssl()
{
    if (OpenSSL_version_num() >> 28U != OPENSSL_VERSION_MAJOR)
        return "the OpenSSL in this process is " +
               std::string(OpenSSL_version(OPENSSL_VERSION_STRING)) +
               ", not the one that mod_v6front was built with: build it again";
    const auto called = own_openssl();
    const auto linked = openssl_of(file_with(reinterpret_cast<const void*>(&wrong_openssl)));
    if (linked.empty() || linked == called)
        return {};
    return "another library, " + called + ", has taken the place of " + linked +
           ", which mod_v6front was built with: remove it, or build both with the same OpenSSL";
}

std::vector<other_openssl> other_openssls()
{
    std::vector<other_openssl> all;
    const auto own = own_openssl();
    for (const auto& file : loaded_files()) {
        const auto called = openssl_of(file);
        if (called.empty() || called == own)
            continue;
        auto known = std::find_if(all.begin(), all.end(),
                                  [&called](const other_openssl& o) { return o.file == called; });
        if (known == all.end())
            known = all.insert(all.end(), {called, {}});
        // A module of httpd tells an operator more than a library that it uses.
        const bool is_module = name_of_file(file).starts_with("mod_");
        if (file != called && (known->user.empty() || is_module))
            known->user = name_of_file(file);
    }
    return all;
}

} // namespace v6front
