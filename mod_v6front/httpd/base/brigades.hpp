// SPDX-License-Identifier: Apache-2.0
//
// What filters and clients do with bucket brigades and tables of APR, in one place.
#pragma once

#include "core/message/fields.hpp"
#include "apache.hpp"

#include <span>

namespace v6front
{

inline void append(apr_bucket_brigade* brigade, apr_bucket* bucket)
{
    APR_BRIGADE_INSERT_TAIL(brigade, bucket);
}

// A FLUSH makes core's output filter wait for the client. True if there was one.
inline bool drop_flushes(apr_bucket_brigade* brigade)
{
    bool found = false;
    for (auto* b = APR_BRIGADE_FIRST(brigade); b != APR_BRIGADE_SENTINEL(brigade);) {
        auto* next = APR_BUCKET_NEXT(b);
        if (APR_BUCKET_IS_FLUSH(b)) {
            apr_bucket_delete(b);
            found = true;
        }
        b = next;
    }
    return found;
}

inline std::span<const apr_table_entry_t> entries_of(const apr_table_t* table)
{
    const auto* elts = apr_table_elts(table);
    return {reinterpret_cast<const apr_table_entry_t*>(elts->elts),
            static_cast<std::size_t>(elts->nelts)};
}

// Views, valid as long as the table's entries.
inline field_list fields_of(const apr_table_t* table)
{
    field_list fields;
    for (const auto& e : entries_of(table))
        fields.push_back({view(e.key), view(e.val)});
    return fields;
}

} // namespace v6front
