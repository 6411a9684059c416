// SPDX-License-Identifier: Apache-2.0
//
// Sites that are old, and sites that are wrong, the whole way: what has one meaning reaches the
// client in its normal form; what has two is a 502, and the log has the line that is at fault. The
// rows are those of the parser (old_sites.hpp, refused_sites.hpp).
#include "refused_sites.hpp"

#include "catch.hpp"
#include "tunnel_site.hpp"
#include "ways.hpp"

#include <atomic>

using namespace v6front;
using test::old_response;
using test::refused_response;

namespace
{

struct played {
    std::string bytes;
    bool close = false; // behind them
};

// Answers /n by the row n, and all else by "good"; keeps each connection as long as the front does.
class row_site
{
public:
    explicit row_site(std::vector<played> rows)
        : rows_(std::move(rows)),
          kept_(rows_.size()),
          site_([this](site_connection& peer) { talk(peer); })
    {
    }
    std::string url() const { return site_.url(); }
    // Another request has come on the connection that this row was sent on.
    bool was_kept(std::size_t row) const { return kept_.at(row); }

private:
    void talk(site_connection& peer)
    {
        std::size_t before = rows_.size();
        do {
            const auto slash = peer.head().find(" /") + 2;
            const std::string target =
                peer.head().substr(slash, peer.head().find(' ', slash) - slash);
            if (before < rows_.size())
                kept_[before] = true;
            before = rows_.size();
            if (target == "good") {
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
                continue;
            }
            before = std::stoul(target);
            const played& row = rows_.at(before);
            peer.send(row.bytes);
            if (row.close)
                return peer.end_sending();
        } while (peer.read_head());
    }

    std::vector<played> rows_;
    std::vector<std::atomic<bool>> kept_;
    tunnel_site site_; // last: its threads use the others
};

httpd_options one_pool(const way& w, const row_site& site)
{
    httpd_options options =
        options_for(w, "V6FrontPass / " + site.url() + " response=3s idle=3s\n");
    options.global = "V6FrontThreads 1";
    return options;
}

struct normal_form {
    int status = 0;
    std::string phrase;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string body;
};

normal_form split(const std::string& text)
{
    normal_form out;
    const auto first = text.find('|');
    const auto last = text.find('|', first + 1);
    out.status = std::stoi(text);
    out.phrase = first > 4 ? text.substr(4, first - 4) : "";
    for (auto at = first + 1; at < last;) {
        const auto equals = text.find('=', at);
        const auto end = text.find(';', equals);
        out.fields.emplace_back(text.substr(at, equals - at),
                                text.substr(equals + 1, end - equals - 1));
        at = end + 1;
    }
    out.body = text.substr(last + 1);
    return out;
}

void check_normal(const way& w, const http_message& answer, const old_response& row)
{
    const normal_form wanted = split(row.normal);
    CHECK(answer.status() == wanted.status);
    CHECK(answer.complete);
    CHECK(answer.body == wanted.body);
    for (const auto& [name, value] : wanted.fields)
        CHECK(answer.values(name) == std::vector<std::string>{value});
    if (!w.http2 && !wanted.phrase.empty())
        CHECK(answer.start_line.ends_with(" " + wanted.phrase));
    CHECK(answer.head.find("garbage") == std::string::npos);
    CHECK(answer.head.find('\x01') == std::string::npos);
}

} // namespace

TEST_CASE("What old sites send reaches the client in its normal form", "[old_sites]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    const auto rows = test::old_responses();
    std::vector<played> script;
    for (const old_response& row : rows)
        script.push_back({row.bytes, row.close});
    const row_site site(std::move(script));
    const httpd_server front(one_pool(w, site));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        INFO(rows[i].what << ", which works with " << rows[i].who);
        check_normal(w, ask(front, {"/" + std::to_string(i), rows[i].to_head ? "HEAD" : "GET"}),
                     rows[i]);
        CHECK(get(front, "/good").body == "good");
        if (w.adopted()) { // elsewhere the next request may come to another thread or process
            CHECK(site.was_kept(i) == rows[i].kept);
        }
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        INFO(rows[i].what);
        CHECK((rows[i].kept || !site.was_kept(i)));
    }
    CHECK(front.complaints() == no_complaints);
}

TEST_CASE("What has two meanings is a 502, and the log quotes the line", "[old_sites]")
{
    const way w = GENERATE(from_range(every_way()));
    INFO(w);
    std::vector<refused_response> rows = test::refused_heads();
    for (const refused_response& row : test::refused_chunks())
        rows.push_back(row);
    std::vector<played> script;
    for (const refused_response& row : rows)
        script.push_back({row.bytes});
    const row_site site(std::move(script));
    const httpd_server front(one_pool(w, site));
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const refused_response& row = rows[i];
        INFO(row.what);
        const http_message answer = get(front, "/" + std::to_string(i));
        // What is wrong only far behind the head is seen when that has gone down; the reset of an
        // HTTP/2 stream may overtake that.
        const bool begun = row.bytes.size() > 16000 &&
                           (answer.status() == 200 || (w.http2 && answer.status() == 0));
        CHECK((begun ? answer.truncated() : answer.status() == 502 && answer.complete));
        const auto complaints = front.complaints(i + 1);
        REQUIRE(complaints.size() == i + 1);
        INFO(complaints.back());
        CHECK(complaints.back().find(row.words + std::string(row.quoted)) != std::string::npos);
        CHECK(complaints.back().size() < 600);
        const auto log = front.access_log(i + 1);
        REQUIRE(log.size() == i + 1);
        const std::string logged = " " + std::to_string(begun ? 200 : 502) + " " +
                                   std::to_string(answer.body.size()) + " ";
        INFO(log.back());
        CHECK(log.back().find(logged) != std::string::npos);
    }
}

TEST_CASE("The log says which line makes a head too large, and where one was cut", "[old_sites]")
{
    const way w = GENERATE(from_range(short_list()));
    INFO(w);
    const std::string ok = "HTTP/1.1 200 OK\r\n";
    std::string many = ok;
    for (int i = 0; i < 7000; ++i)
        many += "X-Many: y\r\n";
    const row_site site({{ok + "X-Long: " + std::string(70000, 'x') + "\r\n\r\n"},
                         {many + "\r\n"},
                         {ok + "X-Cut: y", true}});
    const httpd_server front(one_pool(w, site));
    const std::vector<std::string> words{"the longest is \"X-Long: xxx",
                                         "the longest is \"HTTP/1.1 200 OK\"",
                                         "its last line is \"X-Cut: y\""};
    for (std::size_t i = 0; i < words.size(); ++i) {
        CHECK(get(front, "/" + std::to_string(i)).status() == 502);
        const auto complaints = front.complaints(i + 1);
        REQUIRE(complaints.size() == i + 1);
        INFO(complaints.back());
        CHECK(complaints.back().find(words[i]) != std::string::npos);
    }
}
