// SPDX-License-Identifier: Apache-2.0
//
// A site that answers before it has the whole body: a real client that is still sending gets that
// answer. Not over HTTP/2, where curl 7.88 may lose it to the reset that mod_http2 sends behind it.
#include "catch.hpp"
#include "process.hpp"
#include "scripted_backend.hpp"
#include "ways.hpp"

using namespace v6front;

TEST_CASE("curl gets the answer that comes while it still sends", "[bodies]")
{
    const way w = GENERATE(from_range(http1_ways()));
    INFO(w);
    struct row {
        const char* target;
        const char* status;
        const char* body;
    };
    const std::vector<row> rows{{"/refused", "403", "no"}, {"/taken", "200", "enough"}};
    scripted_backend refuses(
        {script::read_head(),
         script::send(response("no", "Connection: close\r\n", "403 Forbidden")),
         script::read_end()});
    scripted_backend takes({script::read_head(),
                            script::send(response("enough", "Connection: close\r\n")),
                            script::read_end()});
    httpd_server front(options_for(w, "V6FrontPass /refused " + refuses.url() +
                                          "\nV6FrontPass /taken " + takes.url()));
    const scratch_folder folder;
    write_file(folder.path() + "/body", std::string(3'000'000, 'x'));
    const std::string scheme = w.tls ? "https" : "http";
    const std::string ask = "curl -m 10 -k -s --http1.1"
                            " -H Expect: --resolve site.test:" +
                            std::to_string(front.port()) + ":::1 --data-binary @" + folder.path() +
                            "/body -w ' %{http_code}' " + scheme + "://" + front.authority();
    for (int i = 0; i < 10; ++i) {
        for (const row& r : rows) {
            INFO(i << ' ' << r.target);
            const command_result said = run_command({"sh", "-c", ask + r.target});
            CHECK(said.code == 0);
            CHECK(said.output == std::string(r.body) + " " + r.status);
        }
    }
}
