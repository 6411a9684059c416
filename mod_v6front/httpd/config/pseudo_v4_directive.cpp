// SPDX-License-Identifier: Apache-2.0

#include "pseudo_v4_directive.hpp"

#include "core/rules/given_twice.hpp"
#include "config.hpp"
#include "directive_place.hpp"

namespace v6front
{

namespace
{

std::string quoted(const std::string& file)
{
    return "\"" + file + "\"";
}

std::string error_text(apr_status_t error)
{
    char text[120];
    return apr_strerror(error, text, sizeof text);
}

// A key that everyone can read is none; one that everyone can write is somebody else's.
void check_access(const std::string& file, const apr_finfo_t& info)
{
    if (info.filetype == APR_DIR)
        throw setting_error("key= " + quoted(file) + " is a folder; it must be a file");
    if (info.filetype != APR_REG)
        throw setting_error("key= " + quoted(file) + " is not a regular file");
    if ((info.protection & (APR_FPROT_WREAD | APR_FPROT_WWRITE)) != 0)
        throw setting_error("key= " + quoted(file) +
                            " can be read or written by every user of this machine: chmod 600 " +
                            file);
}

// More than a key, so that one that is too long is seen to be.
std::string text_of_file(apr_pool_t* pool, const std::string& file)
{
    const auto refuse = [&file](apr_status_t error) {
        throw setting_error("key= " + quoted(file) + " cannot be read: " + error_text(error));
    };
    apr_finfo_t info{};
    auto status = apr_stat(&info, file.c_str(), APR_FINFO_TYPE | APR_FINFO_PROT, pool);
    if (status != APR_SUCCESS && status != APR_INCOMPLETE)
        refuse(status);
    check_access(file, info);
    apr_file_t* in = nullptr;
    status =
        apr_file_open(&in, file.c_str(), APR_FOPEN_READ | APR_FOPEN_BINARY, APR_OS_DEFAULT, pool);
    if (status != APR_SUCCESS)
        refuse(status);
    std::string text(4096, '\0');
    apr_size_t size = 0;
    status = apr_file_read_full(in, text.data(), text.size(), &size);
    apr_file_close(in);
    if (status != APR_SUCCESS && status != APR_EOF)
        refuse(status);
    text.resize(size);
    return text;
}

pseudo_v4_key read_key(cmd_parms* cmd, const std::string& key)
{
    const char* file = ap_server_root_relative(cmd->pool, key.c_str());
    if (!file)
        throw setting_error("key=" + quoted(key) + " is not a valid path");
    return parse_pseudo_v4_key(text_of_file(cmd->temp_pool, file), file);
}

} // namespace

void set_pseudo_v4(cmd_parms* cmd, void*, int argc, char* const argv[])
{
    if (argc < 1)
        throw setting_error("needs off, add or overwrite, such as \"V6FrontPseudoV4 add "
                            "key=/etc/apache2/pseudo.key\"");
    auto& of_server = config_of(cmd->server)->pseudo_v4;
    if (of_server)
        refuse_second("for this server", of_server->place);
    configured_pseudo_v4 made;
    made.place = place_of(cmd);
    made.mode = parse_pseudo_v4_mode(view(argv[0]));
    check_keys_differ(std::vector<std::string_view>(argv + 1, argv + argc));
    for (int i = 1; i < argc; ++i)
        set_option(made.rule, view(argv[i]));
    if (made.mode == pseudo_v4_mode::off && argc > 1)
        throw setting_error("off takes no settings, but \"" + std::string(argv[1]) +
                            "\" follows it");
    if (made.mode != pseudo_v4_mode::off) {
        if (made.rule.key.empty())
            throw setting_error("needs key=, a file with 32 hexadecimal digits, as from: "
                                "(umask 077; openssl rand -hex 16 > /etc/apache2/pseudo.key)");
        made.key = read_key(cmd, made.rule.key);
    }
    of_server = pool_new<configured_pseudo_v4>(cmd->pool, std::move(made));
}

} // namespace v6front
