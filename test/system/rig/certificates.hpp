// SPDX-License-Identifier: Apache-2.0
//
// Certificates of a site, made by the test itself: its own CA, and what that signs, with whatever
// is wrong with it.
#pragma once

#include "httpd_config.hpp"
#include "process.hpp"

#include <memory>
#include <string>
#include <vector>

namespace v6front
{

struct certificate_wish {
    std::vector<std::string> names{"site.test"}; // DNS; what looks like an IPv4 address is one
    long begins = -3600;                         // seconds from now
    long ends = 86400;
    bool self_signed = false;
    bool with_ca = false;  // the file has the CA's own certificate, too
    unsigned rsa_bits = 0; // none: a key of an elliptic curve
};

class certificate_authority
{
public:
    certificate_authority();
    ~certificate_authority();
    certificate_authority(const certificate_authority&) = delete;
    certificate_authority& operator=(const certificate_authority&) = delete;

    const std::string& file() const { return file_; } // its own certificate
    certificate_files issue(const certificate_wish& wish = {});
    const std::string& folder() const { return folder_.path(); }

private:
    struct pair;
    scratch_folder folder_;
    std::unique_ptr<pair> own_;
    std::string file_;
    unsigned made_ = 0;
};

} // namespace v6front
