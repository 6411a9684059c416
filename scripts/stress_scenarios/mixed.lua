-- SPDX-License-Identifier: Apache-2.0
--
-- wrk sends requests of every kind in turn. Only errors of the front count: 404 is what the site answers.

local kinds

function init(args)
    local function one(method, path, body, fields)
        local headers = { Host = "bench.test" }
        for name, value in pairs(fields or {}) do headers[name] = value end
        return wrk.format(method, path, headers, body)
    end
    local form = { ["Content-Type"] = "application/x-www-form-urlencoded" }
    local cookie = { Cookie = string.rep("c=1; ", 40), ["User-Agent"] = string.rep("u", 200) }
    kinds = {
        one("GET", "/small"), one("GET", "/small", nil, cookie), one("GET", "/64k"), one("GET", "/missing"),
        one("POST", "/upload", string.rep("f", 200), form), one("GET", "/small?q=" .. string.rep("q", 500)),
        one("GET", "/small", nil, { Connection = "close" }), one("POST", "/upload", string.rep("f", 65536)),
        one("GET", "/64k", nil, { Range = "bytes=10-19" }), one("GET", "/small", nil, { ["If-None-Match"] = '"x"' }),
    }
end

local at = 0
function request()
    at = at % #kinds + 1
    return kinds[at]
end

missing_seen = 0
function response(status)
    if status == 404 then missing_seen = missing_seen + 1 end
end

local thread_of
function setup(thread) thread_of = thread end

function done(summary)
    local e = summary.errors
    local expected = thread_of:get("missing_seen") or 0
    local bad = e.connect + e.read + e.write + e.timeout + e.status - expected
    io.write(string.format("mixed %d %d\n", summary.requests - bad, bad))
end
