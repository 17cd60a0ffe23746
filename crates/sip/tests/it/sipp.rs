//! sipp: scripted SIP, message by message.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::house::{PATIENCE, free_port};

/// A sipp that runs one scenario for one call.
pub struct Sipp {
    pub port: u16,
    child: Child,
    folder: TempDir,
}

impl Sipp {
    /// Somebody who is called: waits for an INVITE.
    pub async fn called(steps: &str) -> Self {
        Self::start(steps, None, "called", &[]).await
    }

    /// Somebody who calls the engine.
    pub async fn calls(engine: SocketAddr, user: &str, steps: &str) -> Self {
        Self::start(steps, Some(engine), user, &[]).await
    }

    pub async fn start(steps: &str, engine: Option<SocketAddr>, user: &str, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let scenario = folder.path().join("scenario.xml");
        let xml = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE scenario SYSTEM \"sipp.dtd\">\n\
             <scenario name=\"test\">{steps}</scenario>"
        );
        std::fs::write(&scenario, xml).unwrap();
        let port = free_port().await;
        let mut command = Command::new("sipp");
        command
            .current_dir(folder.path())
            .args(["-sf", "scenario.xml", "-m", "1", "-i", "127.0.0.1", "-nostdin", "-trace_msg"])
            .args(["-message_file", "messages.log", "-trace_err", "-error_file", "errors.log"])
            .args(["-p", &port.to_string(), "-s", user, "-timeout", "60s", "-timeout_error"])
            .args(["-recv_timeout", "30000", "-cp", &free_port().await.to_string()])
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        if let Some(engine) = engine {
            command.arg(engine.to_string());
        }
        let child = command.spawn().expect("sipp is installed (apt: sip-tester)");
        let sipp = Self { port, child, folder };
        if engine.is_none() {
            sipp.listens().await;
        }
        sipp
    }

    /// Waits until the port is taken.
    async fn listens(&self) {
        let taken = tokio::time::timeout(PATIENCE, async {
            while tokio::net::UdpSocket::bind(("127.0.0.1", self.port)).await.is_ok() {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        });
        taken.await.expect("sipp listens");
    }

    /// All messages sent and received, as sipp wrote them down.
    pub fn messages(&self) -> String {
        std::fs::read_to_string(self.path("messages.log")).unwrap_or_default()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Waits for the script's end; it must have gone through.
    pub async fn passes(&mut self) -> String {
        let status = tokio::time::timeout(PATIENCE * 3, self.child.wait()).await;
        let messages = self.messages();
        let errors = std::fs::read_to_string(self.path("errors.log")).unwrap_or_default();
        match status {
            Ok(Ok(status)) if status.success() => messages,
            other => panic!("sipp: {other:?}\n{errors}\n{messages}"),
        }
    }

    /// The messages that it received, each by itself.
    pub fn received_messages(&self) -> Vec<String> {
        let text = self.messages();
        let parts = text.split("UDP message ").skip(1).filter(|part| part.starts_with("received"));
        parts.filter_map(|part| Some(part.split_once("\n\n")?.1.to_owned())).collect()
    }

    /// How many requests of a method it received, retransmissions apart (by CSeq and Call-ID).
    pub fn received(&self, method: &str) -> usize {
        let text = self.messages();
        let mut seen = std::collections::BTreeSet::new();
        for part in text.split("UDP message ").skip(1) {
            let Some((head, message)) = part.split_once("\n\n") else { continue };
            if head.contains("received") && message.starts_with(&format!("{method} ")) {
                let line = |name: &str| {
                    message.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned()
                };
                seen.insert((line("Call-ID"), line("CSeq")));
            }
        }
        seen.len()
    }
}

/// SDP of a far end whose audio a test hears.
pub fn sdp(port: u16, events: bool) -> String {
    let mut text = format!(
        "v=0\n      o=- 1 1 IN IP4 127.0.0.1\n      s=-\n      c=IN IP4 127.0.0.1\n      t=0 0\n      \
         m=audio {port} RTP/AVP 0{}\n      a=rtpmap:0 PCMU/8000\n",
        if events { " 101" } else { "" }
    );
    if events {
        let _ = write!(text, "      a=rtpmap:101 telephone-event/8000\n      a=fmtp:101 0-15\n");
    }
    text
}

/// One message to be sent: headers and body as lines.
pub fn send(head: &str, body: Option<&str>) -> String {
    let (kind, body) = match body {
        Some(body) => ("      Content-Type: application/sdp\n", body),
        None => ("", ""),
    };
    format!(
        "<send><![CDATA[\n\n      {}\n{kind}      Content-Length: [len]\n\n      {body}\n    ]]></send>\n",
        head.trim()
    )
}

/// The same, repeated until it is answered.
pub fn send_reliably(head: &str, body: Option<&str>) -> String {
    send(head, body).replacen("<send>", "<send retrans=\"500\">", 1)
}

/// An answer to the request that came last.
pub fn answer(status: &str, body: Option<&str>) -> String {
    let head = format!(
        "SIP/2.0 {status}\n      [last_Via:]\n      [last_From:]\n      [last_To:];tag=[pid]SIPpTag01[call_number]\n      \
         [last_Call-ID:]\n      [last_CSeq:]\n      [last_Record-Route:]\n      Contact: <sip:far@[local_ip]:[local_port]>"
    );
    send(&head, body)
}

/// An answer in a dialog that has its tag.
pub fn reply(status: &str) -> String {
    let head = format!(
        "SIP/2.0 {status}\n      [last_Via:]\n      [last_From:]\n      [last_To:]\n      [last_Call-ID:]\n      \
         [last_CSeq:]\n      Contact: <sip:far@[local_ip]:[local_port]>"
    );
    send(&head, None)
}

/// INVITE, 100 and 180 perhaps, 200, ACK: a caller that stands.
pub fn caller(sdp: &str) -> String {
    let invite = "INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n      \
        Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n      \
        From: <sip:+14155550111@[local_ip]:[local_port]>;tag=[pid]caller[call_number]\n      \
        To: <sip:[service]@[remote_ip]:[remote_port]>\n      Call-ID: [call_id]\n      CSeq: 1 INVITE\n      \
        Contact: <sip:caller@[local_ip]:[local_port]>\n      Max-Forwards: 70";
    format!(
        "{}<recv response=\"100\" optional=\"true\"/><recv response=\"180\" optional=\"true\"/>\
         <recv response=\"200\" rtd=\"true\" rrs=\"true\"/>{}",
        send_reliably(invite, Some(sdp)),
        in_dialog("ACK", 1, "", None)
    )
}

/// A request of the caller in its dialog.
pub fn in_dialog(method: &str, cseq: u32, more: &str, body: Option<&str>) -> String {
    let more = if more.is_empty() { String::new() } else { format!("\n      {more}") };
    let head = format!(
        "{method} [next_url] SIP/2.0\n      Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n      \
         [routes]\n      From: <sip:+14155550111@[local_ip]:[local_port]>;tag=[pid]caller[call_number]\n      \
         To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]\n      Call-ID: [call_id]\n      \
         CSeq: {cseq} {method}\n      Contact: <sip:caller@[local_ip]:[local_port]>\n      Max-Forwards: 70{more}"
    );
    if method == "ACK" { send(&head, body) } else { send_reliably(&head, body) }
}

/// Waits for a request.
pub fn gets(method: &str) -> String {
    format!("<recv request=\"{method}\"/>")
}

/// Waits for the engine's BYE and answers it.
pub fn gets_bye() -> String {
    format!("{}{}", gets("BYE"), reply("200 OK"))
}

/// Answers a call after ringing and waits for the engine's BYE.
pub fn picks_up(sdp: &str) -> String {
    format!("{}{}{}{}", gets("INVITE"), answer("180 Ringing", None), answers(sdp), gets("ACK"))
}

/// The 200 with audio.
pub fn answers(sdp: &str) -> String {
    answer("200 OK", Some(sdp)).replacen("<send>", "<send retrans=\"500\">", 1)
}
