// SPDX-License-Identifier: Apache-2.0
#include "manual_blocks.hpp"

#include "process.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <sstream>

namespace v6front
{

namespace
{

std::string without_indent(const std::string& line, std::size_t indent)
{
    const auto text = line.find_first_not_of(' ');
    return text == line.npos ? std::string() : line.substr(std::min(text, indent));
}

// Of a page, line by line.
class block_reader
{
public:
    explicit block_reader(const std::string& page) : page_(page) {}

    void take(const std::string& line)
    {
        ++number_;
        const auto text = line.find_first_not_of(' ');
        if (text != line.npos && line.compare(text, 3, "```") == 0)
            return fence(text, line.substr(text + 3));
        if (fence_at_)
            found.back().text += without_indent(line, *fence_at_) + "\n";
        else if (text != line.npos)
            outside(text, line);
    }

    std::vector<code_block> found;

private:
    void fence(std::size_t indent, const std::string& words)
    {
        if (fence_at_) {
            fence_at_.reset();
            return;
        }
        const auto blank = words.find(' ');
        begin(words.substr(0, blank), blank == words.npos ? "" : words.substr(blank + 1));
        fence_at_ = indent;
        is_indented_ = false;
    }
    // A paragraph of a list's item is indented too; a block within a list has six.
    void outside(std::size_t indent, const std::string& line)
    {
        const bool item = line.compare(indent, 2, "* ") == 0 || line.compare(indent, 2, "- ") == 0;
        in_list_ = item || (in_list_ && indent > 0);
        if (indent < (in_list_ ? 6 : 4) || item) {
            is_indented_ = false;
            return;
        }
        if (!is_indented_)
            begin("", "");
        is_indented_ = true;
        found.back().text += line + "\n";
    }
    void begin(const std::string& language, const std::string& name)
    {
        found.push_back({page_ + ":" + std::to_string(number_), language, name});
    }

    std::string page_;
    int number_ = 0;
    std::optional<std::size_t> fence_at_; // within one that is indented so far
    bool in_list_ = false;
    bool is_indented_ = false;
};

} // namespace

std::vector<std::string> manual_pages()
{
    std::vector<std::string> files{"README.md"};
    for (const auto& entry : std::filesystem::recursive_directory_iterator("mod_v6front/manual"))
        if (entry.path().extension() == ".md")
            files.push_back(entry.path().string());
    std::sort(files.begin(), files.end());
    return files;
}

std::vector<code_block> blocks_of(const std::string& page)
{
    block_reader all(page);
    std::istringstream in(read_file(page));
    for (std::string line; std::getline(in, line);)
        all.take(line);
    return std::move(all.found);
}

std::vector<code_block> blocks_in(const std::string& language)
{
    std::vector<code_block> all;
    for (const auto& page : manual_pages())
        for (auto& block : blocks_of(page))
            if (block.language == language)
                all.push_back(std::move(block));
    return all;
}

} // namespace v6front
