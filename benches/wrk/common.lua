-- What all load scripts share: threads that know their number, checked answers, one line of JSON at the end.

local threads = {}

function setup(thread)
    table.insert(threads, thread)
    thread:set("number", #threads)
end

-- Counts answers that are not what they must be. `marker` is set by the script.
bad = 0
first_bad = ""
marker = nil

function response(status, headers, body)
    if status == expected_status and string.find(body, marker, 1, true) then
        return
    end
    bad = bad + 1
    if bad == 1 then
        first_bad = status .. " " .. string.sub(body, 1, 400)
    end
end

expected_status = 200

-- Reads the lines of a file that belong to this thread, each cut at blanks.
function lines_of_thread(path, threads_in_all)
    local mine, at = {}, 0
    for line in io.lines(path) do
        if at % threads_in_all == number - 1 then
            local words = {}
            for word in string.gmatch(line, "%S+") do
                table.insert(words, word)
            end
            table.insert(mine, words)
        end
        at = at + 1
    end
    return mine
end

local function quoted(text)
    text = string.gsub(text, '[%c"\\]', function(c) return string.format("\\u%04x", string.byte(c)) end)
    return '"' .. text .. '"'
end

function done(summary, latency, requests)
    local wrong, example = 0, ""
    for _, thread in ipairs(threads) do
        wrong = wrong + thread:get("bad")
        if example == "" then
            example = thread:get("first_bad")
        end
    end
    local errors = summary.errors
    io.write(string.format(
        'RESULT {"requests":%d,"micros":%d,"p50_us":%d,"p90_us":%d,"p99_us":%d,"mean_us":%.2f,"bad":%d,' ..
        '"status_errors":%d,"socket_errors":%d,"example":%s}\n',
        summary.requests, summary.duration, latency:percentile(50), latency:percentile(90),
        latency:percentile(99), latency.mean, wrong, errors.status,
        errors.connect + errors.read + errors.write + errors.timeout, quoted(example)))
end
