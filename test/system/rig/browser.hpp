// SPDX-License-Identifier: Apache-2.0
//
// A real, headless Chromium, driven by the WebDriver protocol (W3C) through chromedriver. What is
// asked for and does not happen throws, with the browser's own words.
#pragma once

#include "process.hpp"

#include <memory>
#include <string>

namespace v6front
{

class browser
{
public:
    enum class screen { desk, phone };
    // `resolver_rule` is Chromium's own way to name addresses: "MAP www.site.test [::1]". A phone
    // is 360 pixels wide.
    explicit browser(const std::string& resolver_rule, screen on = screen::desk);
    ~browser();
    browser(const browser&) = delete;
    browser& operator=(const browser&) = delete;

    void open(const std::string& url); // returns when the page has loaded
    std::string url();
    std::string title();
    // Elements are named by CSS selectors.
    void click(const std::string& element);
    void type(const std::string& element, const std::string& text);
    std::string text(const std::string& element);
    // The value of a JavaScript expression in the page, as a string.
    std::string evaluate(const std::string& expression);
    void screenshot(const std::string& png_file);

private:
    struct session;
    scratch_folder folder_;
    std::unique_ptr<session> session_;
};

} // namespace v6front
