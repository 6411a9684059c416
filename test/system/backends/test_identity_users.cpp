// SPDX-License-Identifier: Apache-2.0
//
// Logins of the TCP connection (test_identity.cpp) where more than one site, front, engine or user
// has a part.
#include "catch.hpp"
#include "identity_site.hpp"

#include <atomic>
#include <future>
#include <mutex>

using namespace v6front;

TEST_CASE("A client that has logged in stays at its address", "[identity]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const auto answer = identity_responder(ntlm);
    const auto other = identity_responder(ntlm);
    scripted_backend first(answer);
    scripted_backend second(other, first.port(), "127.0.0.2");
    httpd_server front(options_with(w, "V6FrontBackendV4 * 127.0.0.1 127.0.0.2\nV6FrontPass / "
                                       "http://site.test:" +
                                           std::to_string(first.port()) + "/"));
    std::vector<std::unique_ptr<user_agent>> clients;
    for (int i = 0; i < 6; ++i) {
        clients.push_back(std::make_unique<user_agent>(front));
        CHECK(said(*clients.back(), with("NTLM alice")).body == alice);
    }
    for (int i = 0; i < 10; ++i) {
        for (const auto& client : clients)
            CHECK(said(*client, {}).body == alice);
    }
    CHECK(first.connections() + second.connections() == 6);
    CHECK(others_who_are_known(front, 10) == 0);
}

// Where a hook reads bodies first, a request with one runs on a thread, and the next on the engine.
TEST_CASE("A login goes along from an engine to a thread and back", "[identity]")
{
    const way w = GENERATE(from_range(adopted_ways()));
    INFO(w);
    scripted_backend site(identity_responder(ntlm));
    httpd_options options =
        options_with(w, "V6FrontPass / " + site.url() +
                            "\n<Location /closed>\nAuthType form\nAuthName closed\n"
                            "AuthFormProvider file\nAuthUserFile /dev/null\nSession On\n"
                            "Require valid-user\n</Location>");
    options.modules = {"authn_core", "authn_file", "authz_user", "auth_form", "session", "request"};
    httpd_server front(options);
    raw_client client(front.port(), client_for(front));
    const auto says = [](raw_client& to, const question& q) {
        to.send(request_text(q));
        return to.read_response();
    };
    const question form{"/", "POST", {}, "a form"};
    question login = form;
    login.fields = {{"Authorization", "NTLM alice"}};
    CHECK(says(client, {}).status() == 401);
    CHECK(says(client, login).body == alice);
    for (int i = 0; i < 5; ++i) {
        CHECK(says(client, {}).body == alice);
        CHECK(says(client, form).body == alice);
        raw_client stranger(front.port(), client_for(front));
        CHECK(says(stranger, form).status() == 401);
        CHECK(says(stranger, {}).status() == 401);
    }
    client.close();
    CHECK(site.wait_for_open_connections(0));
}

TEST_CASE("A login passes through two fronts in a row", "[identity]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    scripted_backend site(identity_responder(ntlm));
    httpd_options second = options_with(w, "V6FrontPass / " + site.url());
    second.listen_ipv4 = true;
    httpd_server inner(second);
    httpd_server outer(
        options_with(w, "V6FrontPass / http://127.0.0.1:" + std::to_string(inner.port()) + "/"));
    CHECK(others_who_are_known(outer, 3) == 0);
    user_agent client(outer);
    CHECK(said(client, with("NTLM " + ntlm_negotiate())).status() == 401);
    CHECK(said(client, with("NTLM " + ntlm_authenticate("alice"))).body == alice);
    CHECK(others_who_are_known(outer, 10) == 0);
    CHECK(others_who_are_known(inner, 10) == 0);
    CHECK(said(client, {}).body == alice);
}

// Without POST over HTTP/2: curl 7.88 begins there in HTTP/2, in which it may lose an answer that
// comes before the end of its request.
TEST_CASE("curl --ntlm logs several users in at once, and each is who he is", "[identity]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    scripted_backend site(identity_responder(ntlm));
    httpd_options options = options_with(w, "V6FrontPass / " + site.url());
    options.threads = 20;
    httpd_server front(options);
    const std::string url =
        (w.tls ? "https://[::1]:" : "http://[::1]:") + std::to_string(front.port()) + "/";
    std::atomic<bool> over{false};
    std::atomic<unsigned> asked{0}, leaked{0}, logins{0};
    std::mutex mutex;
    std::vector<std::string> wrong;
    std::vector<std::future<void>> users;
    for (int i = 0; i < 6; ++i) {
        users.push_back(std::async(std::launch::async, [&, name = "user" + std::to_string(i)] {
            const std::string greeting = "you are " + name + "\n";
            const std::string greetings = greeting + greeting + greeting;
            for (int round = 0; round < 5; ++round) {
                std::vector<std::string> command{"curl",
                                                 "-g",
                                                 "-k",
                                                 "-s",
                                                 "-m",
                                                 "30",
                                                 "-H",
                                                 "Host: site.test",
                                                 "--ntlm",
                                                 "-u",
                                                 name + ":secret"};
                if (round % 2 && !w.http2)
                    command.insert(command.end(), {"-d", "a=form"});
                command.insert(command.end(), {url, url, url});
                const auto result = run_command(command);
                ++logins;
                if (result.output != greetings) {
                    const std::lock_guard lock(mutex);
                    wrong.push_back(name + (round % 2 ? " by POST: " : ": ") +
                                    std::to_string(result.code) + ", " + result.output);
                }
            }
        }));
    }
    auto stranger = std::async(std::launch::async, [&] {
        while (!over) {
            leaked += get(front, "/").status() != 401;
            ++asked;
        }
    });
    for (auto& user : users)
        user.wait();
    over = true;
    stranger.get();
    for (auto& user : users)
        user.get();
    CHECK(logins == 30);
    CHECK(wrong == std::vector<std::string>{});
    CHECK(asked > 0);
    CHECK(leaked == 0);
}
