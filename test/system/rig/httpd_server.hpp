// SPDX-License-Identifier: Apache-2.0
//
// A real, stock httpd for one test: own folder, configuration, logs and port. It is gone when its
// owner is, and what went badly inside (a crashed child, a sanitizer's report) then fails the test,
// even if every answer was right.
#pragma once

#include "free_port.hpp"
#include "httpd_config.hpp"
#include "process.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace v6front
{

// What httpd_server::complaints() should be: compared with this, a failed test shows the lines.
inline const std::vector<std::string> no_complaints;

class httpd_server
{
public:
    explicit httpd_server(httpd_options options); // returns once it accepts connections
    ~httpd_server();
    httpd_server(const httpd_server&) = delete;
    httpd_server& operator=(const httpd_server&) = delete;

    std::uint16_t port() const { return port_; }
    const httpd_options& options() const { return options_; }
    const httpd_places& places() const { return places_; }
    std::string authority() const { return "site.test:" + std::to_string(port_); }

    void graceful();      // returns when the new generation is up
    void restart();       // the same, without waiting for requests in flight
    void graceful_stop(); // returns at once; has_ended() tells
    void stop();          // the orderly end, and the judgement that the destructor would make
    bool has_ended();
    bool wait_for_end();

    pid_t parent() const;
    std::vector<pid_t> children() const;
    unsigned threads() const;            // of all children
    unsigned descriptors() const;        // of all children
    unsigned resident_kilobytes() const; // of the largest child

    std::string error_log() const;
    std::vector<std::string> access_log() const;
    // The lines once there are that many; whatever there is if they do not come.
    std::vector<std::string> access_log(std::size_t lines) const;
    // Our own numbered lines (V6F0001...) that say what happened to a request: no start-up lines,
    // no debugging.
    std::vector<std::string> complaints() const;
    std::vector<std::string> complaints(std::size_t lines) const;

private:
    void start();
    bool started_on(std::uint16_t port);
    void wait_for_generation(std::size_t count);
    std::size_t generations() const;
    void judge() const;
    void wait_for_workers() const;
    void wait_for_first_workers() const;

    httpd_options options_;
    scratch_folder folder_;
    httpd_places places_;
    std::uint16_t port_ = 0;
    std::unique_ptr<process> parent_;
    std::size_t quiet_until_ = 0; // of the error log: what belongs to the start
};

// What `apache2 -t` says of such a configuration. V6F0256 is about the sites of nearly all tests:
// without notices it is left out.
enum class notices : bool { without, with };
command_result configtest(const httpd_options& options, notices wanted = notices::without);

} // namespace v6front
