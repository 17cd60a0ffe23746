"""The peer: FastMCP's tools from an OpenAPI document, over streamable HTTP.

Set up the way that is quickest for it: stateless, plain JSON answers instead of event streams, no output
validation, no access log, one keep-alive client with enough connections.

    fastmcp_server.py <port> <upstream URL>
"""

import sys

import fastmcp
import httpx2

PORT, UPSTREAM = int(sys.argv[1]), sys.argv[2]

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "customers", "version": "1"},
    "servers": [{"url": UPSTREAM}],
    "paths": {
        "/customers/{customer_id}": {
            "get": {
                "operationId": "find_customer",
                "description": "Looks a customer up",
                "parameters": [
                    {
                        "name": "customer_id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "pattern": "^c[0-9]+$", "maxLength": 40},
                    },
                    {
                        "name": "fields",
                        "in": "query",
                        "schema": {"type": "string", "enum": ["short", "all"]},
                    },
                ],
                "responses": {"200": {"description": "The customer"}},
            }
        }
    },
}

client = httpx2.AsyncClient(
    base_url=UPSTREAM,
    limits=httpx2.Limits(max_connections=128, max_keepalive_connections=128),
)
server = fastmcp.FastMCP.from_openapi(DOCUMENT, client=client, name="customers", validate_output=False)
server.run(
    transport="http",
    host="127.0.0.1",
    port=PORT,
    log_level="error",
    json_response=True,
    stateless_http=True,
    show_banner=False,
    uvicorn_config={"access_log": False},
)
