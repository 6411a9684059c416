// SPDX-License-Identifier: Apache-2.0
#include "stand_in.hpp"

#include "mod_v6front/httpd/connections/held_output.hpp"

using namespace v6front;
using namespace v6front::test;

namespace
{

constexpr apr_size_t threshold = 100;

// A connection with core's output filter: what the socket does not take, it keeps, and to keep more
// than FlushMaxThreshold it would wait for the socket.
struct output_bench : pool_of_test {
    output_bench()
    {
        core_config.flush_max_threshold = threshold;
        server.module_config = static_cast<ap_conf_vector_t*>(static_cast<void*>(configs));
        configs[AP_CORE_MODULE_INDEX] = &core_config;
        c.base_server = &server;
        c.pool = pool;
        c.bucket_alloc = apr_bucket_alloc_create(pool);
        record.filter_func.out_func = [](ap_filter_t* f, apr_bucket_brigade* b) {
            return static_cast<output_bench*>(f->ctx)->take(b);
        };
        core.frec = &record;
        core.ctx = this;
        core.c = &c;
    }
    apr_status_t take(apr_bucket_brigade* b)
    {
        if (c.aborted) {
            if (b)
                apr_brigade_cleanup(b);
            return APR_ECONNABORTED;
        }
        if (b) {
            apr_off_t n = 0;
            apr_brigade_length(b, 1, &n);
            std::string piece(static_cast<std::size_t>(n), '\0');
            auto size = static_cast<apr_size_t>(n);
            apr_brigade_flatten(b, piece.data(), &size);
            for (auto* e = APR_BRIGADE_FIRST(b); e != APR_BRIGADE_SENTINEL(b);
                 e = APR_BUCKET_NEXT(e))
                ended = ended || APR_BUCKET_IS_EOS(e);
            apr_brigade_cleanup(b);
            kept += piece;
        }
        max_kept = std::max(max_kept, kept.size());
        const auto n = std::min(kept.size(), socket_takes);
        sent += kept.substr(0, n);
        kept.erase(0, n);
        socket_takes -= n;
        c.data_in_output_filters = !kept.empty();
        return APR_SUCCESS;
    }
    apr_bucket_brigade* brigade(const std::string& text, bool ends = false)
    {
        auto* b = apr_brigade_create(pool, c.bucket_alloc);
        // Not copied: what is kept has to be set aside.
        lent.push_back(std::make_unique<std::string>(text));
        if (!text.empty())
            append(b,
                   apr_bucket_transient_create(lent.back()->data(), text.size(), c.bucket_alloc));
        if (ends)
            append(b, apr_bucket_eos_create(c.bucket_alloc));
        return b;
    }
    static void append(apr_bucket_brigade* b, apr_bucket* e) { APR_BRIGADE_INSERT_TAIL(b, e); }

    core_server_config core_config{};
    server_rec server{};
    void* configs[AP_CORE_MODULE_INDEX + 1]{};
    conn_rec c{};
    ap_filter_rec_t record{};
    ap_filter_t core{};
    std::vector<std::unique_ptr<std::string>> lent;
    std::string kept, sent;
    bool ended = false;
    std::size_t max_kept = 0;
    std::size_t socket_takes = 0;
    held_output output{&c};
};

} // namespace

TEST_CASE("core never gets more than it keeps without waiting, whatever comes", "[held_output]")
{
    const std::size_t pieces[][4]{{1000}, {60, 60, 60}, {100, 1}, {99, 2, 300}, {1, 1, 1, 1}};
    for (const auto& sizes : pieces) {
        output_bench b;
        std::string all;
        for (const auto n : sizes) {
            if (n == 0)
                continue;
            const auto text = letters(n);
            all += text;
            CHECK(b.output.pass(&b.core, b.brigade(text)) == APR_SUCCESS);
            b.lent.back()->assign(n, '#'); // its memory is the caller's again
        }
        CHECK(b.output.pass(&b.core, b.brigade("", true)) == APR_SUCCESS);
        CAPTURE(all.size());
        CHECK(b.sent.empty());
        CHECK(b.max_kept <= threshold);
        CHECK(b.c.data_in_output_filters); // so whoever waits for the client does
        // The client reads a little at a time.
        for (int i = 0; i < 1000 && b.c.data_in_output_filters; ++i) {
            b.socket_takes = 7;
            CHECK(b.output.pass(&b.core, nullptr) == APR_SUCCESS);
        }
        CHECK(b.sent == all);
        CHECK(b.ended);
        CHECK(b.max_kept <= threshold);
    }
}

TEST_CASE("a client that reads fast gets all at once", "[held_output]")
{
    output_bench b;
    b.socket_takes = 1 << 20;
    const auto text = letters(1000);
    CHECK(b.output.pass(&b.core, b.brigade(text, true)) == APR_SUCCESS);
    CHECK(b.sent == text);
    CHECK(b.ended);
    CHECK_FALSE(b.c.data_in_output_filters);
}

TEST_CASE("a thread that may wait hands all of it to core, what was held first", "[held_output]")
{
    output_bench b;
    CHECK(b.output.pass(&b.core, b.brigade("first" + letters(200))) == APR_SUCCESS);
    CHECK(b.output.pass_all(&b.core, b.brigade("last", true)) == APR_SUCCESS);
    CHECK(b.kept == "first" + letters(200) + "last");
    CHECK(b.ended);
    b.socket_takes = 1 << 20;
    CHECK(b.output.pass_all(&b.core, nullptr) == APR_SUCCESS);
    CHECK_FALSE(b.c.data_in_output_filters);
}

TEST_CASE("once the client is gone, what is held is dropped", "[held_output]")
{
    output_bench b;
    CHECK(b.output.pass(&b.core, b.brigade(letters(300))) == APR_SUCCESS);
    CHECK(b.kept.size() == threshold);
    b.c.aborted = 1; // core has seen it
    CHECK(b.output.pass(&b.core, nullptr) == APR_ECONNABORTED);
    CHECK(b.output.pass(&b.core, b.brigade("more")) == APR_ECONNABORTED);
    CHECK(b.sent.empty());
    // Were it still held, it would follow now.
    b.c.aborted = 0;
    b.socket_takes = 1 << 20;
    CHECK(b.output.pass(&b.core, nullptr) == APR_SUCCESS);
    CHECK(b.sent.size() == threshold);
}
