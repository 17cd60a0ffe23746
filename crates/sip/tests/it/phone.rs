//! baresip: a real phone that records what it hears.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::house::{PATIENCE, free_port};

pub struct Phone {
    pub port: u16,
    pub name: String,
    control: TcpStream,
    buffer: Vec<u8>,
    folder: TempDir,
    _child: Child,
}

impl Phone {
    /// A phone that speaks a tone and picks up by itself when `answers`.
    pub async fn start(name: &str, hertz: u32, answers: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (port, control) = (phone_port().await, free_port().await);
        let low = 20_000 + (port % 2_000) * 10;
        let config = format!(
            "sip_listen 127.0.0.1:{port}\nnet_interface 127.0.0.1\naudio_player aufile,{wav}\n\
             audio_source aufile,{tone}\naudio_alert aufile,{alert}\nrtp_ports {low}-{high}\n\
             module_path /usr/lib/baresip/modules\nmodule g711.so\nmodule sndfile.so\n\
             module aufile.so\nmodule_app account.so\nmodule_app menu.so\nmodule ctrl_tcp.so\n\
             ctrl_tcp_listen 127.0.0.1:{control}\nsnd_path {folder}\n",
            tone = folder.path().join("tone.wav").display(),
            wav = folder.path().join("player.wav").display(),
            alert = folder.path().join("alert.wav").display(),
            high = low + 200,
            folder = folder.path().display(),
        );
        std::fs::write(folder.path().join("config"), config).unwrap();
        std::fs::write(folder.path().join("tone.wav"), tone(hertz)).unwrap();
        let mode = if answers { ";answermode=auto" } else { ";answermode=manual" };
        let account = format!("<sip:{name}@127.0.0.1:{port}>;regint=0{mode};audio_codecs=PCMU,PCMA\n");
        std::fs::write(folder.path().join("accounts"), account).unwrap();
        std::fs::write(folder.path().join("contacts"), "").unwrap();
        let child = Command::new("baresip")
            .args(["-4", "-f"])
            .arg(folder.path())
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(std::fs::File::create(folder.path().join("log")).unwrap())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .expect("baresip is installed");
        let control = tokio::time::timeout(PATIENCE, async {
            loop {
                if let Ok(stream) = TcpStream::connect(("127.0.0.1", control)).await {
                    return stream;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
        let control = control.await.unwrap_or_else(|_| {
            panic!("baresip: {}", std::fs::read_to_string(folder.path().join("log")).unwrap_or_default())
        });
        Self { port, name: name.to_owned(), control, buffer: Vec::new(), folder, _child: child }
    }

    pub fn uri(&self) -> String {
        format!("sip:{}@127.0.0.1:{}", self.name, self.port)
    }

    /// A command (`dial`, `hangup`, `accept`, a key …); netstring of JSON.
    pub async fn tell(&mut self, command: &str, params: &str) {
        let text = json!({"command": command, "params": params}).to_string();
        self.control.write_all(format!("{}:{text},", text.len()).as_bytes()).await.unwrap();
    }

    /// Waits for an event of a type.
    pub async fn event(&mut self, kind: &str) -> Value {
        self.event_with(kind, |_| true).await
    }

    pub async fn event_with(&mut self, kind: &str, fits: impl Fn(&Value) -> bool) -> Value {
        let mut seen = Vec::new();
        let found = tokio::time::timeout(PATIENCE, async {
            loop {
                let message = self.next().await;
                if message["type"] == kind && fits(&message) {
                    return message;
                }
                seen.push(message);
            }
        })
        .await;
        found.unwrap_or_else(|_| {
            let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            panic!("baresip: no {kind}; {seen:?}\n{log}")
        })
    }

    async fn next(&mut self) -> Value {
        loop {
            if let Some(at) = self.buffer.iter().position(|byte| *byte == b':') {
                let length: usize = std::str::from_utf8(&self.buffer[..at]).unwrap().parse().unwrap();
                if self.buffer.len() > at + 1 + length {
                    let message = serde_json::from_slice(&self.buffer[at + 1..=at + length]).unwrap();
                    self.buffer.drain(..at + length + 2);
                    return message;
                }
            }
            let mut bytes = [0u8; 4096];
            let length = self.control.read(&mut bytes).await.unwrap();
            assert!(length > 0, "baresip closed its control connection");
            self.buffer.extend(&bytes[..length]);
        }
    }
}

/// A port whose neighbour is free, too: the phone takes both.
async fn phone_port() -> u16 {
    loop {
        let port = free_port().await;
        let Some(neighbour) = port.checked_add(1) else { continue };
        if tokio::net::TcpListener::bind(("127.0.0.1", neighbour)).await.is_ok() {
            return port;
        }
    }
}

/// A minute of a tone: 8000 Hz mono, 16 bit.
fn tone(hertz: u32) -> Vec<u8> {
    let samples = 8_000u32 * 60;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + samples * 2).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(8_000u32.to_le_bytes());
    bytes.extend(16_000u32.to_le_bytes());
    bytes.extend([2, 0, 16, 0]);
    bytes.extend(b"data");
    bytes.extend((samples * 2).to_le_bytes());
    for n in 0..samples {
        let angle = std::f64::consts::TAU * f64::from(hertz) * f64::from(n) / 8_000.0;
        bytes.extend(((angle.sin() * 8_000.0) as i16).to_le_bytes());
    }
    bytes
}
