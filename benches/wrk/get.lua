-- The upstream's own request, straight or through a proxy: what hookswitch sends for the read tool.
--   arguments: <host:port> <run>

dofile(string.match(debug.getinfo(1, "S").source, "@(.*)/") .. "/common.lua")

function init(args)
    marker = '"open_orders":2'
    before = "GET /customers/c" .. args[2] .. number
    after = "?fields=short HTTP/1.1\r\nHost: " .. args[1] .. "\r\n\r\n"
    sent = 0
end

function request()
    sent = sent + 1
    return before .. string.format("%09d", sent) .. after
end
