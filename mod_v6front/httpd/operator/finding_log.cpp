// SPDX-License-Identifier: Apache-2.0

#include "finding_log.hpp"

#include <string>

namespace v6front
{

void log_findings(const findings& all, const server_rec* main_server)
{
    for (const auto& f : all)
        ap_log_error(APLOG_MARK, f.is == finding::kind::refusal ? APLOG_EMERG : APLOG_WARNING, 0,
                     main_server, "%s: %s", std::string(f.number).c_str(), f.text.c_str());
}

} // namespace v6front
