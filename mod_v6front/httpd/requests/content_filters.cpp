// SPDX-License-Identifier: Apache-2.0

#include "content_filters.hpp"

#include "core/message/fields.hpp"

#include <algorithm>
#include <iterator>

namespace v6front
{

namespace
{

// They work on what they are given, and at once. Names of filters are compared without regard to
// case: httpd keeps them in lower case, mod_filter its own as they were written.
constexpr std::string_view waits_for_nothing[] = {
    "fixup_headers_out",
    "fixup_headers_err",
    "mod_expires",
    "deflate",
    "inflate",
    "brotli_compress",
    "substitute",
    "sed",
    "buffer",
    "cache",
    "cache_save",
    "cache_save_subreq",
    "cache_out",
    "cache_out_subreq",
    "xlateout",
    "data",
    "proxy-html",
    "xml2enc",
    "logio_ttfb_out",
    "mod_session_out",
    "modsecurity_out",
    "security_out",
    "old_write",
    "subreq_core",
    "reflector",
    "bucketeer",
    "casefilter",
};

// They look at the body, or keep it, and hand it on as it is.
constexpr std::string_view leaves_bodies_alone[] = {
    "buffer", "keep_body", "kept_body", "modsecurity_in", "bucketeer", "reqtimeout",
};

template <std::size_t n>
bool all_are_among(const ap_filter_t* first, const ap_filter_t* end,
                   const std::string_view (&known)[n])
{
    // mod_filter's own, around the filter that it names (AddOutputFilterByType).
    constexpr std::string_view by_type = "bytype:";
    for (const auto* f = first; f && f != end; f = f->next) {
        auto name = view(f->frec->name);
        if (iequals(name.substr(0, by_type.size()), by_type))
            name.remove_prefix(by_type.size());
        if (std::none_of(std::begin(known), std::end(known),
                         [name](std::string_view one) { return iequals(name, one); }))
            return false;
    }
    return true;
}

} // namespace

bool may_wait_in_output(const request_rec* r)
{
    return !all_are_among(r->output_filters, r->proto_output_filters, waits_for_nothing);
}

bool may_change_body(const request_rec* r)
{
    return !all_are_among(r->input_filters, r->proto_input_filters, leaves_bodies_alone);
}

} // namespace v6front
