// SPDX-License-Identifier: Apache-2.0

#include "status_section.hpp"

#include "core/status/status_forms.hpp"
#include "status_text.hpp"

namespace v6front
{

void add_status_section(request_rec* r, int flags, const process_state& state,
                        const status_report& report)
{
    const auto text = flags & AP_STATUS_SHORT ? status_lines(state) + section_lines(report)
                                              : status_html(state) + section_html(report);
    ap_rwrite(text.data(), static_cast<int>(text.size()), r);
}

} // namespace v6front
