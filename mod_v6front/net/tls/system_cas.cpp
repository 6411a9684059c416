// SPDX-License-Identifier: Apache-2.0

#include "system_cas.hpp"

#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace v6front
{

namespace
{

std::string place(const char* variable, const char* otherwise)
{
    const char* set = ::secure_getenv(variable);
    return set ? set : otherwise;
}

// "5ed36f99.0", as openssl rehash names it: the only files in there that OpenSSL looks for.
bool is_named_by_hash(std::string_view file)
{
    constexpr std::size_t digits = 8;
    return file.size() > digits + 1 && file[digits] == '.' &&
           file.substr(0, digits).find_first_not_of("0123456789abcdef") == file.npos &&
           file.substr(digits + 1).find_first_not_of("0123456789") == file.npos;
}

bool has_cas(const std::filesystem::path& folder)
{
    std::error_code failed;
    for (std::filesystem::directory_iterator entry(folder, failed), end; !failed && entry != end;
         entry.increment(failed))
        if (is_named_by_hash(entry->path().filename().string()))
            return true;
    return false;
}

} // namespace

std::string places_without_cas(ssl_ctx_st* context)
{
    const auto* read = X509_STORE_get0_objects(SSL_CTX_get_cert_store(context));
    if (sk_X509_OBJECT_num(read) > 0)
        return {};
    const auto folders = place(X509_get_default_cert_dir_env(), X509_get_default_cert_dir());
    for (std::string_view rest = folders; !rest.empty();) {
        const auto one = rest.substr(0, rest.find(':'));
        if (has_cas(std::string(one)))
            return {};
        rest.remove_prefix(one.size() + (one.size() < rest.size() ? 1 : 0));
    }
    return place(X509_get_default_cert_file_env(), X509_get_default_cert_file()) + " and " +
           folders;
}

} // namespace v6front
