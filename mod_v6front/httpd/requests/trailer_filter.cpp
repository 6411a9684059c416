// SPDX-License-Identifier: Apache-2.0

#include "trailer_filter.hpp"

#include "core/message/trailers.hpp"
#include "httpd/base/brigades.hpp"
#include "httpd/base/guard.hpp"

namespace v6front
{

namespace
{

ap_filter_rec_t* trailer_filter;

// The chunk filter's last chunk, in a bucket of its own just before the end; nullptr if the
// response is not chunked, or was broken off.
apr_bucket* last_chunk(apr_bucket_brigade* brigade)
{
    apr_bucket* last = nullptr;
    for (auto* b = APR_BRIGADE_FIRST(brigade); b != APR_BRIGADE_SENTINEL(brigade);
         b = APR_BUCKET_NEXT(b)) {
        if (APR_BUCKET_IS_EOS(b)) {
            const char* data = nullptr;
            apr_size_t n = 0;
            const bool read =
                last && apr_bucket_read(last, &data, &n, APR_BLOCK_READ) == APR_SUCCESS;
            return read && std::string_view(data, n) == "0\r\n\r\n" ? last : nullptr;
        }
        if (!APR_BUCKET_IS_METADATA(b))
            last = b;
    }
    return nullptr;
}

apr_status_t put_trailers(ap_filter_t* f, apr_bucket_brigade* brigade)
{
    if (auto* last = last_chunk(brigade)) {
        std::string text;
        append_last_chunk(text, fields_of(f->r->trailers_out));
        auto* alloc = f->c->bucket_alloc;
        APR_BUCKET_INSERT_BEFORE(last,
                                 apr_bucket_heap_create(text.data(), text.size(), nullptr, alloc));
        apr_bucket_delete(last);
    }
    return ap_pass_brigade(f->next, brigade);
}

} // namespace

extern "C" {

static apr_status_t v6front_trailer_filter(ap_filter_t* f, apr_bucket_brigade* brigade)
{
    return guard("the trailer filter", APR_EGENERAL, [=] { return put_trailers(f, brigade); });
}

} // extern "C"

void register_trailer_filter()
{
    constexpr auto behind_chunks = static_cast<ap_filter_type>(AP_FTYPE_TRANSCODE + 1);
    trailer_filter = ap_register_output_filter("V6FRONT_TRAILERS", v6front_trailer_filter, nullptr,
                                               behind_chunks);
}

void add_trailer_filter(request_rec* r)
{
    ap_add_output_filter_handle(trailer_filter, nullptr, r, r->connection);
}

} // namespace v6front
