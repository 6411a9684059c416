// SPDX-License-Identifier: Apache-2.0
#include "v6frontctl.hpp"

#include "catch.hpp"

namespace v6front
{

command_result v6frontctl(const std::vector<std::string>& arguments, const std::string& input,
                          const std::vector<std::string>& environment)
{
    // env: what the test was given may have the same name.
    std::vector<std::string> command{"env"};
    command.insert(command.end(), environment.begin(), environment.end());
    command.emplace_back("mod_v6front/tools/v6frontctl");
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run_command(command, {}, input);
}

std::string httpd_for_v6frontctl(const httpd_options& options, const httpd_places& places)
{
    std::string all = "env";
    for (const std::string& word : httpd_environment(options, places))
        all += " '" + word + "'";
    for (const std::string& word : httpd_command(places))
        all += " '" + word + "'";
    return all;
}

command_result doctor_without_server(const httpd_options& options,
                                     std::vector<std::string> arguments)
{
    const scratch_folder folder;
    const httpd_places places(folder.path());
    prepare_places(places);
    write_file(places.hosts, options.hosts);
    write_file(places.config, config_text(options, places, options.port ? options.port : 8080));
    arguments.insert(arguments.begin(),
                     {"doctor", "--httpd", httpd_for_v6frontctl(options, places)});
    return v6frontctl(arguments);
}

// Standard output alone: the other stream has the summary.
std::string converted(const std::string& text, int* code)
{
    const scratch_folder place;
    write_file(place.path() + "/in", text);
    const auto said = run_command({"sh", "-c",
                                   "mod_v6front/tools/v6frontctl convert " + place.path() +
                                       "/in 2>" + place.path() + "/summary"});
    INFO(read_file(place.path() + "/summary"));
    CHECK_THAT(read_file(place.path() + "/summary"), ContainsSubstring("without a counterpart"));
    if (code)
        *code = said.code;
    return said.output;
}

} // namespace v6front
