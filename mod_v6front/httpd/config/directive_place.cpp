// SPDX-License-Identifier: Apache-2.0

#include "directive_place.hpp"

#include "core/message/fields.hpp"
#include "config.hpp"

namespace v6front
{

namespace
{

// What core matches as a shell does ("/a*") has no path that can be replaced by another.
bool is_wildcard(std::string_view path)
{
    return path.find_first_of("*?") != path.npos || path.find(']', path.find('[')) != path.npos;
}

} // namespace

std::string place_of(const cmd_parms* cmd)
{
    const auto* d = cmd->directive;
    return d && d->filename ? d->filename + (":" + std::to_string(d->line_num)) : std::string();
}

void check_all_keys_differ(const cmd_parms* cmd)
{
    std::vector<std::string_view> words;
    if (!cmd->directive)
        return;
    const char* rest = cmd->directive->args;
    for (const char* word = ap_getword_conf(cmd->temp_pool, &rest); *word;
         word = ap_getword_conf(cmd->temp_pool, &rest))
        words.emplace_back(word);
    check_keys_differ(words);
}

void check_has_effect(const cmd_parms* cmd)
{
    constexpr std::string_view without[] = {"<Directory",  "<DirectoryMatch", "<Files",
                                            "<FilesMatch", "<Proxy",          "<ProxyMatch"};
    for (const auto* section = cmd->directive; section; section = section->parent)
        for (const auto kind : without)
            if (iequals(view(section->directive), kind))
                throw setting_error("cannot be used in " + std::string(kind) + " " + section->args +
                                    ": write it in the <VirtualHost> or in a <Location>");
}

void check_is_global(const cmd_parms* cmd)
{
    if (ap_check_cmd_context(const_cast<cmd_parms*>(cmd), GLOBAL_ONLY))
        throw setting_error("is for the whole server: write it outside of <VirtualHost> and of all "
                            "other sections");
}

void check_no_comment(int argc, char* const argv[])
{
    for (int i = 0; i < argc; ++i)
        if (argv[i][0] == '#')
            throw setting_error("\"" + std::string(argv[i]) +
                                "\" is no comment here: a comment has a line of its own");
}

bool in_location(cmd_parms* cmd)
{
    if (!cmd->path)
        return false;
    if (ap_check_cmd_context(cmd, NOT_IN_DIRECTORY | NOT_IN_FILES | NOT_IN_HTACCESS))
        throw setting_error("belongs in a server, a <VirtualHost> or a <Location>");
    const auto* section = cmd->directive ? cmd->directive->parent : nullptr;
    if (!section)
        return true;
    const auto kind = view(section->directive), args = view(section->args);
    const auto refusal =
        "cannot be used in " + std::string(kind) + (args.empty() ? "" : " ") + std::string(args);
    if (iequals(kind, "<LocationMatch") || args.starts_with('~') || is_wildcard(cmd->path))
        throw setting_error(refusal + ", whose path is a pattern: use V6FrontPassMatch in the "
                                      "<VirtualHost>");
    if (!iequals(kind, "<Location"))
        throw setting_error(refusal + ": write it in the <VirtualHost> or in a <Location>");
    return true;
}

} // namespace v6front
