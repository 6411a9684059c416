// SPDX-License-Identifier: Apache-2.0
//
// A front whose status page has something to say, for tests of the page's forms.
#pragma once

#include "scripted_backend.hpp"
#include "status_view.hpp"

#include <string>

namespace v6front
{

// A front with a rule whose text is none for a page, a name that nobody has, and some traffic.
struct status_front {
    explicit status_front(const way& w = adopted_ways().front())
        : site([](const auto&) { return response("<p>"); }), front(options(w))
    {
        for (int i = 0; i < 5; ++i)
            get(front, "/");
        get(front, "/gone/");
        get(front, "/none/");
    }
    httpd_options options(const way& w)
    {
        return options_for(
            w, "V6FrontPass /gone/ http://a-rather-long-name-that-nobody-has.of-a-site-far-away."
               "example-of-a-long-name.test/\nV6FrontPass /none/ http://127.0.0.1:" +
                   std::to_string(free_port()) +
                   "/\nV6FrontPassMatch \"^/<img src=x onerror=alert(1)>'&(.*)\xff$\" " +
                   site.url() + "$1 max=100\nV6FrontPass / " + site.url() + "\nV6FrontCheck " +
                   "127.0.0.1 interval=1s\n" + status_location());
    }
    scripted_backend site;
    httpd_server front;
};

} // namespace v6front
