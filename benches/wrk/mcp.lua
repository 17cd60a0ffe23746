-- The peer: the same lookup as an MCP tool call over streamable HTTP.
--   arguments: <host:port> <run>

dofile(string.match(debug.getinfo(1, "S").source, "@(.*)/") .. "/common.lua")

function init(args)
    marker = '"isError":false'
    run = "c" .. args[2] .. number
    opening = '","method":"tools/call","params":{"name":"find_customer","arguments":{"fields":"short","customer_id":"'
    local length = #'{"jsonrpc":"2.0","id":"' + #opening + 2 * (#run + 9) + 4
    head = "POST /mcp HTTP/1.1\r\nHost: " .. args[1] .. "\r\nContent-Type: application/json\r\n" ..
        "Accept: application/json, text/event-stream\r\nMCP-Protocol-Version: 2025-06-18\r\nContent-Length: " ..
        length .. '\r\n\r\n{"jsonrpc":"2.0","id":"'
    sent = 0
end

function request()
    sent = sent + 1
    local id = run .. string.format("%09d", sent)
    return head .. id .. opening .. id .. '"}}}'
end
