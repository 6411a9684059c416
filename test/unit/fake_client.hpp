// SPDX-License-Identifier: Apache-2.0
//
// The client side of an exchange, as a record of what came down and a store of what goes up.
#pragma once

#include "mod_v6front/net/exchange/client.hpp"
#include "mod_v6front/net/loop/event.hpp"

#include <array>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace v6front::test
{

class fake_client : public client
{
public:
    explicit fake_client(executor ex) : ex_(ex) {}

    // What it does.
    std::vector<std::string> upload{};
    enum class ending { complete, silent, broken } upload_ends = ending::complete;
    std::function<bool()> breaks_when{}; // not before; then so many turns of the loop later
    unsigned turns_to_break = 0;
    bool waits_for_invitation = false; // before its body
    bool wants_trailers = false;
    field_list upload_trailers{};
    std::size_t gone_after = std::numeric_limits<std::size_t>::max(); // octets of the body
    std::size_t max_ahead = std::numeric_limits<std::size_t>::max();  // octets, then it is behind

    void depart()
    {
        departed_ = true;
        if (const auto gone = std::exchange(gone_, nullptr))
            gone();
    }

    // What it was sent.
    bool invited = false;
    std::string interim{}; // "103 "
    int status = 0;
    std::string fields{}; // "name=value;"
    std::string body{};
    std::string got_trailers{}; // as `fields`
    unsigned heads = 0;
    unsigned times_behind = 0;
    bool all_handed_down = true; // nothing held back since the last pause
    bool is_watched() const { return static_cast<bool>(gone_); }
    std::size_t pieces_taken() const { return next_; }

private:
    task<result<body_piece>> read_body() override
    {
        if (waits_for_invitation && !invited) {
            co_await silence_.wait(ex_);
            co_return failure{reason::client_body_too_slow, {}, {}};
        }
        if (next_ < upload.size()) {
            const std::string_view piece = upload[next_++];
            const bool last = next_ == upload.size() && upload_ends == ending::complete;
            co_return body_piece{piece, last};
        }
        if (upload_ends == ending::complete)
            co_return body_piece{{}, true};
        if (upload_ends == ending::broken) {
            while (breaks_when && !breaks_when())
                co_await asio::post(ex_, use_task);
            for (unsigned turn = 0; turn < turns_to_break; ++turn)
                co_await asio::post(ex_, use_task);
            upload_ends = ending::complete; // httpd, which has refused it, ends it
            co_return failure{reason::client_body_malformed, {}, {}};
        }
        co_await silence_.wait(ex_);
        co_return failure{reason::client_body_too_slow, {}, {}};
    }
    void invite_body() override { invited = true; }
    void send_interim(const response_head& head) override
    {
        interim += std::to_string(head.status) + " ";
    }
    field_list trailers() const override { return upload_trailers; }
    bool takes_trailers() const override { return wants_trailers; }
    void send_trailers(std::span<const field> trailers) override
    {
        for (const auto& f : trailers)
            got_trailers.append(f.name).append("=").append(f.value).append(";");
    }
    void send_head(const response_head& head) override
    {
        ++heads;
        status = head.status;
        for (const auto& f : head.fields)
            fields.append(f.name).append("=").append(f.value).append(";");
        all_handed_down = false;
    }
    std::span<char> body_space(std::size_t) override { return space_; }
    result<void> send_body(std::size_t n, flow next) override
    {
        body.append(space_.data(), n);
        all_handed_down = next == flow::pause;
        ahead_ += n;
        if (body.size() > gone_after)
            return failure{reason::client_gone, {}, {}};
        return {};
    }
    void watch_for_departure(std::function<void()> gone) override { gone_ = std::move(gone); }
    bool has_departed() const override { return departed_; }
    bool is_behind() const override { return ahead_ > max_ahead; }
    task<result<void>> caught_up() override
    {
        ++times_behind;
        ahead_ = 0;
        co_await asio::post(ex_, use_task);
        co_return result<void>();
    }

    executor ex_;
    event silence_;
    std::size_t next_ = 0;
    std::size_t ahead_ = 0;
    bool departed_ = false;
    std::function<void()> gone_;
    std::array<char, 8192> space_{};
};

} // namespace v6front::test
