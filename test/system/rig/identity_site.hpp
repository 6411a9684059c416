// SPDX-License-Identifier: Apache-2.0
//
// A site that knows a client by its TCP connection: who has logged in on one is greeted there from
// then on, without any field. What it remembers is asked for by the tests; it may be asked at any
// time.
#pragma once

#include "scripted_backend.hpp"
#include "user_agent.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace v6front
{

class identity_site
{
public:
    // `challenge`: the fields of the 401 that a stranger gets; with none he gets "you are nobody".
    // `accepted`: the fields of the response to a login.
    explicit identity_site(std::string challenge, std::string accepted = {})
        : challenge_(std::move(challenge)), accepted_(std::move(accepted))
    {
    }

    // "you are <name>", "who are you" or "you are nobody". A login is an Authorization of two
    // words, whose second is the name; or one of NTLM's three messages.
    std::string answer(const received_request& r);

private:
    std::string answer_ntlm(unsigned connection, const std::string& message);
    std::string greet(unsigned connection, const std::string& name);

    std::string challenge_;
    std::string accepted_;
    std::mutex mutex_;
    std::map<unsigned, std::string> names_; // by connection; empty while a handshake is under way
};

// As the responder of a scripted backend.
responder identity_responder(std::string challenge, std::string accepted = {});

// The messages of NTLM ([MS-NLMP] 2.2.1) as far as this site reads them, in base64.
std::string ntlm_negotiate();
std::string ntlm_authenticate(const std::string& name);

// What the site says to one whom it knows, and to one who must log in.
inline const std::string alice = "you are alice\n";
inline const std::string ntlm = "WWW-Authenticate: NTLM\r\n";

http_message said(user_agent& agent, const question& q);
question with(const std::string& authorization, const std::string& method = "GET");
// So many strangers, each on a connection of his own: how many of them the site greets by a name.
unsigned others_who_are_known(const httpd_server& front, unsigned count);
// One engine: its pool is the one in which a connection would be found.
httpd_options options_with(const way& w, const std::string& site);

} // namespace v6front
