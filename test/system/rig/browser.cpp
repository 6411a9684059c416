// SPDX-License-Identifier: Apache-2.0
#include "browser.hpp"
#include "deadline.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/beast/core/detail/base64.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
// Header-only here, so that nothing more has to be linked.
#include <boost/json/src.hpp>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include <unistd.h>

namespace v6front
{

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace json = boost::json;

namespace
{

constexpr auto chromium = "/usr/bin/chromium";
constexpr auto driver = "/usr/bin/chromedriver";
// WebDriver, "web element identifier".
constexpr auto element_key = "element-6066-11e4-a52e-4f735466cecf";

asio::awaitable<std::string> ask(std::uint16_t port, http::verb verb, std::string path,
                                 std::string body)
{
    beast::tcp_stream stream(co_await asio::this_coro::executor);
    stream.expires_after(patience(std::chrono::seconds{60}));
    const asio::ip::tcp::endpoint there(asio::ip::address_v4::loopback(), port);
    co_await stream.async_connect(there, asio::use_awaitable);
    http::request<http::string_body> request(verb, path, 11, std::move(body));
    request.set(http::field::host, "127.0.0.1");
    request.set(http::field::content_type, "application/json");
    request.prepare_payload();
    co_await http::async_write(stream, request, asio::use_awaitable);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> answer;
    answer.body_limit(boost::none);
    co_await http::async_read(stream, buffer, answer, asio::use_awaitable);
    co_return std::move(answer.get().body());
}

json::array arguments(const std::string& folder, const std::string& resolver_rule)
{
    // Without a sandbox, because root has none and the only site is our own. The rest keeps the
    // browser from talking to anybody else, and its profile in this test's folder.
    return {"--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--remote-debugging-pipe", // closed when chromedriver is gone, which ends the browser
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=800,600",
            "--user-data-dir=" + folder + "/profile",
            "--host-resolver-rules=" + resolver_rule};
}

} // namespace

struct browser::session {
    session(const std::string& folder, const std::string& resolver_rule, screen on)
        : log_(folder + "/chromedriver.log"),
          driver_({"env", "HOME=" + folder, "TMPDIR=" + folder, driver, "--port=0"}, {}, log_)
    {
        const std::string before = "started successfully on port ";
        await("chromedriver", [&] {
            const std::string said = read_file(log_);
            const std::size_t at = said.find(before);
            if (at != said.npos && said.find('.', at) != said.npos)
                port_ = static_cast<std::uint16_t>(std::stoi(said.substr(at + before.size())));
            return port_ != 0;
        });
        json::object options{{"binary", chromium}, {"args", arguments(folder, resolver_rule)}};
        if (on == screen::phone) {
            const json::object size{
                {"width", 360}, {"height", 740}, {"pixelRatio", 2.0}, {"mobile", true}};
            options["mobileEmulation"] = json::object{{"deviceMetrics", size}};
        }
        const json::object wanted{{"browserName", "chrome"}, {"goog:chromeOptions", options}};
        const json::value made =
            command(http::verb::post, "/session",
                    json::object{{"capabilities", json::object{{"alwaysMatch", wanted}}}});
        path_ = "/session/" + std::string(made.at("sessionId").as_string());
    }

    ~session()
    {
        // The orderly end of the browser, helpers in process groups of their own included.
        try {
            command(http::verb::delete_, "", {});
        } catch (const std::exception&) {
        }
    }

    json::value command(http::verb verb, const std::string& what, const json::value& body)
    {
        asio::io_context io;
        auto answer = asio::co_spawn(
            io,
            ask(port_, verb, path_ + what, verb == http::verb::post ? json::serialize(body) : ""),
            asio::use_future);
        io.run();
        const json::value said = json::parse(answer.get()).at("value");
        if (said.is_object() && said.as_object().contains("error")) {
            throw std::runtime_error("the browser, asked for " + what + " " +
                                     json::serialize(body) + ": " +
                                     std::string(said.at("message").as_string()));
        }
        return said;
    }

    json::value get(const std::string& what) { return command(http::verb::get, what, {}); }
    json::value post(const std::string& what, const json::value& body)
    {
        return command(http::verb::post, what, body);
    }

    std::string element(const std::string& selector)
    {
        const json::value found =
            post("/element", json::object{{"using", "css selector"}, {"value", selector}});
        return "/element/" + std::string(found.at(element_key).as_string());
    }

    std::string log_;
    process driver_;
    std::uint16_t port_ = 0;
    std::string path_;
};

browser::browser(const std::string& resolver_rule, screen on)
{
    for (const char* program : {chromium, driver}) {
        if (access(program, X_OK) != 0) {
            throw std::runtime_error(std::string(program) +
                                     " is not there; scripts/packages browser installs it");
        }
    }
    session_ = std::make_unique<session>(folder_.path(), resolver_rule, on);
}

browser::~browser() = default;

void browser::open(const std::string& url)
{
    session_->post("/url", json::object{{"url", url}});
}

std::string browser::url()
{
    return std::string(session_->get("/url").as_string());
}

std::string browser::title()
{
    return std::string(session_->get("/title").as_string());
}

void browser::click(const std::string& element)
{
    session_->post(session_->element(element) + "/click", json::object{});
}

void browser::type(const std::string& element, const std::string& text)
{
    session_->post(session_->element(element) + "/value", json::object{{"text", text}});
}

std::string browser::text(const std::string& element)
{
    return std::string(session_->get(session_->element(element) + "/text").as_string());
}

std::string browser::evaluate(const std::string& expression)
{
    const json::object script{{"script", "return String(" + expression + ")"},
                              {"args", json::array{}}};
    return std::string(session_->post("/execute/sync", script).as_string());
}

void browser::screenshot(const std::string& png_file)
{
    namespace base64 = beast::detail::base64;
    const json::value shot = session_->get("/screenshot");
    const json::string& text = shot.as_string();
    std::string bytes(base64::decoded_size(text.size()), '\0');
    bytes.resize(base64::decode(bytes.data(), text.data(), text.size()).first);
    write_file(png_file, bytes);
}

} // namespace v6front
