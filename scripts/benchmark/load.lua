-- SPDX-License-Identifier: Apache-2.0
--
-- wrk's side of a scenario: what to send, and the results as one line of JSON behind "result ".
-- Arguments: METHOD BODY-BYTES keep|close SPREAD

function init(args)
    wrk.method = args[1]
    if tonumber(args[2]) > 0 then
        wrk.body = string.rep("x", tonumber(args[2]))
        wrk.headers["Content-Type"] = "application/octet-stream"
    end
    if args[3] == "close" then
        wrk.headers["Connection"] = "close"
    end
    local all = { wrk.format() }
    -- Over virtual hosts and over routes of the first, in turn.
    for n = 1, tonumber(args[4]) - 1 do
        wrk.headers["Host"] = "h" .. n .. ".test"
        all[#all + 1] = wrk.format()
        wrk.headers["Host"] = "bench.test"
        all[#all + 1] = wrk.format(nil, "/r" .. n .. wrk.path)
    end
    local at = 0
    request = function()
        at = at % #all + 1
        return all[at]
    end
end

function done(summary, latency, requests)
    local e = summary.errors
    io.write(string.format(
        'result {"requests":%d,"seconds":%f,"bytes":%d,"p50_us":%d,"p99_us":%d,"failed":%d,' ..
        '"errors":{"connect":%d,"read":%d,"write":%d,"timeout":%d,"status":%d}}\n',
        summary.requests, summary.duration / 1e6, summary.bytes, latency:percentile(50), latency:percentile(99),
        e.connect + e.read + e.write + e.timeout + e.status, e.connect, e.read, e.write, e.timeout, e.status))
end
