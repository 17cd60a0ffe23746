-- Tool calls in live sessions: every call another session in turn, every call other arguments.
--   arguments: <host:port> <run> <threads> <file> <arguments before the id> <and after>
-- A line of the file is: session id, API key, name of the tool. The id is c and digits.

dofile(string.match(debug.getinfo(1, "S").source, "@(.*)/") .. "/common.lua")

local targets = {}
local at, sent = 0, 0
local run = ""

function init(args)
    marker = '"outcome":"done"'
    run = "c" .. args[2] .. number
    for _, words in ipairs(lines_of_thread(args[4], tonumber(args[3]))) do
        local opening = '{"name":"' .. words[3] .. '","arguments":' .. args[5]
        local closing = args[6] .. ',"tool_call_id":"call_'
        local length = #opening + #closing + 2 * (#run + 9) + 2
        table.insert(targets, {
            "POST /v1/sessions/" .. words[1] .. "/calls HTTP/1.1\r\nHost: " .. args[1] ..
            "\r\nAuthorization: Bearer " .. words[2] .. "\r\nContent-Type: application/json\r\nContent-Length: " ..
            length .. "\r\n\r\n" .. opening,
            closing,
        })
    end
end

function request()
    sent = sent + 1
    at = at % #targets + 1
    local target = targets[at]
    local id = run .. string.format("%09d", sent)
    return target[1] .. id .. target[2] .. id .. '"}'
end
