// SPDX-License-Identifier: Apache-2.0

#include "status_section.hpp"

#include "status_text.hpp"

namespace v6front
{

void add_status_section(request_rec* r, int flags, const process_state& state)
{
    const auto text = flags & AP_STATUS_SHORT ? status_lines(state) : status_html(state);
    ap_rwrite(text.data(), static_cast<int>(text.size()), r);
}

} // namespace v6front
