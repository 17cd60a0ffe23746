#!/usr/bin/env bash
# A phone call on loopback: two baresip phones, the call engine and the server. A caller reaches the agent, whose part a
# script plays: it looks something up, plays hold, and transfers the caller to the second phone with digits. Then the
# timeline of the session.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

for program in baresip curl python3; do
    command -v "$program" >/dev/null || { say "$program is needed (apt-get install $program)"; exit 1; }
done
binary=${HOOKSWITCH:-$target/demo/hookswitch}
if [ ! -x "$binary" ]; then
    scripts/setup.sh build
    say "Building hookswitch"
    cargo build --profile demo --locked -p hookswitch
fi

folder=$(mktemp -d)
pids=()
end() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$folder"
}
trap end EXIT

free() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
# A phone takes the port above its own, too.
free_pair() {
    python3 -c '
import random, socket
while True:
    port = random.randrange(10000, 20000, 10)
    try:
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            for number in (port, port + 1):
                with socket.socket(type=kind) as s:
                    s.bind(("127.0.0.1", number))
        print(port)
        break
    except OSError:
        pass'
}
sip=$(free) control=$(free) http=$(free) first=$(free_pair) second=$(free_pair)
key=hs_live_DemoCallOnThisMachineOnly0123456789

# A phone: its tone is a file, what it hears is another.
phone() { # <name> <user> <port> <hertz> <answer mode> <rtp from>
    local user=$2 port=$3 hertz=$4 mode=$5 rtp=$6 home=$folder/$1
    mkdir -p "$home"
    python3 - "$home/tone.wav" "$hertz" <<'PY'
import math, struct, sys, wave
with wave.open(sys.argv[1], "wb") as file:
    file.setnchannels(1), file.setsampwidth(2), file.setframerate(8000)
    hertz = int(sys.argv[2])
    file.writeframes(b"".join(struct.pack("<h", int(8000 * math.sin(2 * math.pi * hertz * n / 8000))) for n in range(8000 * 60)))
PY
    cat >"$home/config" <<CONFIG
sip_listen 127.0.0.1:$port
net_interface 127.0.0.1
audio_player aufile,$home/heard.wav
audio_source aufile,$home/tone.wav
audio_alert aufile,$home/alert.wav
rtp_ports $rtp-$((rtp + 100))
module_path /usr/lib/baresip/modules
module g711.so
module aufile.so
module_app account.so
module_app menu.so
CONFIG
    echo "<sip:$user@127.0.0.1:$port>;regint=0;answermode=$mode;audio_codecs=PCMU" >"$home/accounts"
    : >"$home/contacts"
}

number=+14155552671
phone caller caller "$first" 440 manual 21000
phone desk "$number" "$second" 880 auto 22000

cat >"$folder/sip.toml" <<CONFIG
listen = "127.0.0.1:$sip"
control = "127.0.0.1:$control"
events_url = "http://127.0.0.1:$http/call-events"
secret = "whsec_$(head -c 32 /dev/urandom | base64)"
[agent]
tone = 600
number = "+14155550100"
[trunk]
host = "127.0.0.1:$second"
[inbound]
allow = ["127.0.0.1"]
[destinations]
allow = ["$number"]
CONFIG
echo "sip = \"$folder/sip.toml\"" >"$folder/settings.toml"

say "Starting the call engine and the server"
"$binary" sip serve --config "$folder/sip.toml" 2>"$folder/engine.log" &
pids+=($!)
HOOKSWITCH_BOOTSTRAP_KEY=$key "$binary" serve --listen "127.0.0.1:$http" --data "$folder/data" \
    --config "$folder/settings.toml" --log-format json >/dev/null 2>"$folder/server.log" &
pids+=($!)

api() { # <method> <path> [body]
    curl -fsS -X "$1" "http://127.0.0.1:$http$2" -H "authorization: Bearer $key" \
        -H 'content-type: application/json' ${3:+-d "$3"}
}
of() { python3 -c 'import json, sys; print(json.load(sys.stdin)["'"$1"'"])'; }
until_ready() { for _ in $(seq 200); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done; say "gave up: $*"; exit 1; }

until_ready curl -fsS "http://127.0.0.1:$http/ready"
baresip -4 -f "$folder/desk" >"$folder/desk.log" 2>&1 </dev/null &
pids+=($!)
sleep 1
say "The caller dials"
baresip -4 -f "$folder/caller" -e "/dial sip:agent@127.0.0.1:$sip" >"$folder/caller.log" 2>&1 </dev/null &
pids+=($!)
until_ready grep -q 'a call came in' "$folder/engine.log"
call=$(grep -o '"call":"call_[0-9a-f]*"' "$folder/engine.log" | head -1 | cut -d'"' -f4)

api POST /v1/tools '{"name": "what_time", "kind": "hosted", "description": "the time", "hosted": {"function": "datetime"}}' >/dev/null
api POST /v1/tools '{"name": "hold", "kind": "call_control", "description": "hold", "call_control": {"operation": "play_hold"}}' >/dev/null
api POST /v1/tools '{"name": "bye", "kind": "call_control", "description": "hang up", "call_control": {"operation": "end_call"}}' >/dev/null
api POST /v1/tools "{\"name\": \"front_desk\", \"kind\": \"call_control\", \"description\": \"to a person\", \"call_control\":
    {\"operation\": \"transfer_to_phone_number\", \"phone_number\": \"$number\", \"dtmf\": \"12#\"}}" >/dev/null
api POST /v1/tools '{"name": "press", "kind": "call_control", "description": "keys", "call_control": {"operation": "send_dtmf"}}' >/dev/null
session=$(api POST /v1/sessions "{\"channel\": \"phone\", \"call_id\": \"$call\",
    \"tools\": [\"what_time\", \"hold\", \"front_desk\", \"press\", \"bye\"]}" | of id)

agent() { # <tool> <arguments>
    say "agent: $1 $2"
    api POST "/v1/sessions/$session/calls" "{\"name\": \"$1\", \"arguments\": $2}" |
        python3 -c 'import json, sys; a = json.load(sys.stdin); print("   ", a["outcome"], json.dumps(a["result"]))'
}
agent what_time '{"timezone": "Europe/Berlin"}'
agent press '{"digits": "42#"}'
agent hold '{"seconds": 2}'
agent front_desk '{}'
sleep 2
agent bye '{}'
sleep 1

say "The timeline"
api GET "/v1/sessions/$session/events?format=json" | python3 -c '
import json, sys
for event in json.load(sys.stdin)["data"]:
    print("   ", event["seq"], event.get("type") or event.get("event"), json.dumps(event.get("data", {}))[:110])'
