// SPDX-License-Identifier: Apache-2.0
//
// The functions of httpd that the bridge calls.
#include "stand_in.hpp"

#include <algorithm>
#include <cstdarg>
#include <string_view>

using v6front::test::httpd;

namespace
{

// What httpd does before it asks a module for anything.
struct begun {
    begun()
    {
        apr_initialize();
        v6front_module.module_index = 0; // httpd's to give
    }
    ~begun() { apr_terminate(); }
};
const begun until_the_end;

} // namespace

extern "C" {

server_rec* ap_server_conf = nullptr;
ap_filter_rec_t* ap_core_output_filter_handle = nullptr;

apr_socket_t* ap_get_conn_socket(conn_rec*)
{
    return httpd.socket;
}

void ap_log_error_(const char*, int, int, int level, apr_status_t, const server_rec*,
                   const char* format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    apr_vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    httpd.logged.push_back(std::to_string(level & APLOG_LEVELMASK) + ": " + text);
}

const char* ap_check_cmd_context(cmd_parms*, unsigned forbidden)
{
    httpd.asked_about = forbidden;
    return httpd.misplaced;
}

// The expression itself is httpd's affair; here, one that begins with a parenthesis is wrong.
ap_regex_t* ap_pregcomp(apr_pool_t* pool, const char* pattern, int)
{
    if (*pattern == '(')
        return nullptr;
    auto* made = static_cast<ap_regex_t*>(apr_pcalloc(pool, sizeof(ap_regex_t)));
    const std::string_view text(pattern);
    made->re_nsub = static_cast<int>(std::count(text.begin(), text.end(), '('));
    return made;
}

// Only asked where a directive stands in a file, which it does not here.
char* ap_server_root_relative(apr_pool_t* pool, const char* file)
{
    return apr_pstrcat(pool, *file == '/' ? "" : "/server-root/", file, nullptr);
}

char* ap_getword_conf(apr_pool_t* pool, const char**)
{
    return apr_pstrdup(pool, "");
}

void v6front_register_hooks(apr_pool_t*) {}

apr_status_t ap_mpm_query(int, int* result)
{
    *result = httpd.thread_limit;
    return APR_SUCCESS;
}

int ap_update_child_status(ap_sb_handle_t*, int status, request_rec*)
{
    const int before = httpd.worker.status;
    httpd.worker.status = static_cast<unsigned char>(status);
    return before;
}

worker_score* ap_get_scoreboard_worker_from_indexes(int child, int thread)
{
    httpd.asked_worker = {child, thread};
    return &httpd.worker;
}

apr_status_t ap_pass_brigade(ap_filter_t* to, apr_bucket_brigade* brigade)
{
    return to->frec->filter_func.out_func(to, brigade);
}

// As httpd does it: what is lent is copied.
apr_status_t ap_save_brigade(ap_filter_t*, apr_bucket_brigade** to, apr_bucket_brigade** from,
                             apr_pool_t* pool)
{
    for (auto* b = APR_BRIGADE_FIRST(*from); b != APR_BRIGADE_SENTINEL(*from);
         b = APR_BUCKET_NEXT(b))
        apr_bucket_setaside(b, pool);
    APR_BRIGADE_CONCAT(*to, *from);
    return APR_SUCCESS;
}

} // extern "C"
