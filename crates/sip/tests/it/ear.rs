//! A far end's audio, read with code of its own: what is heard, which digits, how often.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::net::UdpSocket;

use crate::house::PATIENCE;

#[derive(Default)]
struct Heard {
    samples: Vec<i16>,
    /// Event code and timestamp of every telephone-event packet.
    events: Vec<(u8, u32, bool)>,
    packets: usize,
    from: Option<SocketAddr>,
}

pub struct Ear {
    pub port: u16,
    socket: Arc<UdpSocket>,
    heard: Arc<Mutex<Heard>>,
}

impl Ear {
    pub async fn open() -> Self {
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
        let port = socket.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let (listening, told) = (Arc::clone(&socket), Arc::clone(&heard));
        tokio::spawn(async move {
            let mut bytes = [0u8; 2000];
            while let Ok((length, from)) = listening.recv_from(&mut bytes).await {
                told.lock().take(&bytes[..length], from);
            }
        });
        Self { port, socket, heard }
    }

    /// The tone of the last 400 ms, to 10 Hz: the frequency with most energy.
    pub fn hertz(&self) -> Option<u32> {
        let heard = self.heard.lock();
        let tail = heard.samples.len().checked_sub(3200)?;
        let samples = &heard.samples[tail..];
        let energy: f64 = samples.iter().map(|s| f64::from(*s).powi(2)).sum();
        if energy / 3200.0 < 10_000.0 {
            return None;
        }
        let power = |hertz: u32| {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, sample) in samples.iter().enumerate() {
                let angle = std::f64::consts::TAU * f64::from(hertz) * n as f64 / 8000.0;
                re += f64::from(*sample) * angle.cos();
                im += f64::from(*sample) * angle.sin();
            }
            re * re + im * im
        };
        (200..=3000).step_by(10).max_by(|a, b| power(*a).total_cmp(&power(*b)))
    }

    /// Waits until this tone is heard.
    pub async fn hears(&self, hertz: u32) {
        let heard = tokio::time::timeout(PATIENCE, async {
            while self.hertz().is_none_or(|found| found.abs_diff(hertz) > 10) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        assert!(heard.await.is_ok(), "{hertz} Hz expected, heard {:?} Hz", self.hertz());
    }

    /// Keys heard so far: packets of one timestamp are one key.
    pub fn keys(&self) -> String {
        let heard = self.heard.lock();
        let mut stamps = Vec::new();
        for (code, stamp, _) in &heard.events {
            if !stamps.iter().any(|(_, known)| known == stamp) {
                stamps.push((*code, *stamp));
            }
        }
        stamps.iter().map(|(code, _)| b"0123456789*#ABCD"[usize::from(*code)] as char).collect()
    }

    /// Whether every key ended with three end packets.
    pub fn end_packets(&self) -> usize {
        self.heard.lock().events.iter().filter(|(_, _, end)| *end).count()
    }

    pub async fn hears_keys(&self, keys: &str) {
        let heard = tokio::time::timeout(PATIENCE, async {
            while self.keys() != keys {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        assert!(heard.await.is_ok(), "{keys} expected, heard {}", self.keys());
    }

    pub fn packets(&self) -> usize {
        self.heard.lock().packets
    }

    /// Speaks: a tone, μ-law, until dropped. Waits for the engine to be heard first.
    pub async fn speak(&self, hertz: u32) -> Speaking {
        let to = self.partner().await;
        let socket = Arc::clone(&self.socket);
        let task = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(20));
            let (mut sequence, mut at) = (1u16, 160u32);
            loop {
                ticks.tick().await;
                let mut packet = vec![0x80, 0];
                packet.extend(sequence.to_be_bytes());
                packet.extend(at.to_be_bytes());
                packet.extend(0x1122_3344u32.to_be_bytes());
                packet.extend((0..160u32).map(|n| {
                    let angle = std::f64::consts::TAU * f64::from(hertz) * f64::from(at + n) / 8000.0;
                    mu_law((angle.sin() * 8000.0) as i16)
                }));
                socket.send_to(&packet, to).await.unwrap();
                sequence = sequence.wrapping_add(1);
                at += 160;
            }
        });
        Speaking(task)
    }

    /// Says these stretches, in milliseconds: sounds like speech, quiet, speech, … and then quiet for good.
    pub async fn say(&self, stretches: Vec<u32>) -> Speaking {
        let to = self.partner().await;
        self.say_to(to, stretches)
    }

    pub fn say_to(&self, to: SocketAddr, stretches: Vec<u32>) -> Speaking {
        let socket = Arc::clone(&self.socket);
        let task = tokio::spawn(async move {
            let mut ticks = tokio::time::interval(Duration::from_millis(20));
            let speaks = |ms: u32| {
                let mut end = 0;
                let at = stretches.iter().position(|stretch| {
                    end += stretch;
                    ms < end
                });
                at.is_some_and(|at| at % 2 == 0)
            };
            for packet_number in 0u16.. {
                ticks.tick().await;
                let at = u32::from(packet_number) * 160;
                let mut packet = vec![0x80, 0];
                packet.extend(packet_number.to_be_bytes());
                packet.extend(at.to_be_bytes());
                packet.extend(0x5566_7788u32.to_be_bytes());
                packet.extend((0..160u32).map(|n| {
                    if !speaks(u32::from(packet_number) * 20) {
                        return mu_law(0);
                    }
                    let n = f64::from(at + n);
                    let drift = (n / 900.0).sin() * 120.0;
                    let wave = |hertz: f64| (std::f64::consts::TAU * hertz * n / 8000.0).sin();
                    mu_law(
                        ((wave(180.0 + drift) + wave(730.0 - drift) + wave(1900.0 + drift)) * 2500.0) as i16,
                    )
                }));
                socket.send_to(&packet, to).await.unwrap();
            }
        });
        Speaking(task)
    }

    /// Presses keys, each told by 7 packets, some of them doubled.
    pub async fn press(&self, keys: &str) {
        self.press_from(50_000_000, keys).await;
    }

    /// The same at a later time of the stream.
    pub async fn press_from(&self, began: u32, keys: &str) {
        let to = self.partner().await;
        for (index, key) in keys.chars().enumerate() {
            let code = b"0123456789*#ABCD".iter().position(|k| char::from(*k) == key).unwrap() as u8;
            let stamp = began + index as u32 * 1600;
            for packet in 1..=7u16 {
                let end = if packet > 4 { 0x8A } else { 0x0A };
                let mut bytes = vec![0x80, 0x65 | if packet == 1 { 0x80 } else { 0 }];
                bytes.extend((30_000 + index as u16 * 10 + packet).to_be_bytes());
                bytes.extend(stamp.to_be_bytes());
                bytes.extend(0x1122_3344u32.to_be_bytes());
                bytes.extend([code, end]);
                bytes.extend((160 * packet.min(5)).to_be_bytes());
                for _ in 0..=(packet % 2) {
                    self.socket.send_to(&bytes, to).await.unwrap();
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    }

    /// The two speak and hear each other.
    pub async fn hears_from_first(&self, other: &Self, mine: u32, theirs: u32) {
        let (_one, _two) = (self.speak(mine).await, other.speak(theirs).await);
        self.hears(theirs).await;
        other.hears(mine).await;
    }

    async fn partner(&self) -> SocketAddr {
        tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(from) = self.heard.lock().from {
                    return from;
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await
        .expect("the engine sends audio")
    }
}

pub struct Speaking(tokio::task::JoinHandle<()>);

impl Drop for Speaking {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Heard {
    fn take(&mut self, bytes: &[u8], from: SocketAddr) {
        if bytes.len() < 12 || bytes[0] >> 6 != 2 {
            return;
        }
        self.from = Some(from);
        self.packets += 1;
        let stamp = u32::from_be_bytes(bytes[4..8].try_into().unwrap());
        match bytes[1] & 0x7F {
            0 => {
                if self.samples.len() > 80_000 {
                    self.samples.drain(..40_000);
                }
                self.samples.extend(bytes[12..].iter().map(|byte| linear(*byte)));
            }
            101 => self.events.push((bytes[12], stamp, bytes[13] & 0x80 != 0)),
            _ => {}
        }
    }
}

/// μ-law to linear, by the book's table formula.
fn linear(byte: u8) -> i16 {
    let byte = !byte;
    let magnitude = ((i32::from(byte & 0x0F) * 8 + 132) << ((byte >> 4) & 7)) - 132;
    if byte & 0x80 == 0 { magnitude as i16 } else { -magnitude as i16 }
}

/// The nearest code, by trying all.
fn mu_law(sample: i16) -> u8 {
    (0..=255u8).min_by_key(|code| (i32::from(linear(*code)) - i32::from(sample)).abs()).unwrap()
}
