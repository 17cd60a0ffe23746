//! A DNS server on loopback that answers by script (RFC 1035), over UDP and TCP.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream, UdpSocket},
    task::JoinSet,
};

/// The answer to a question about one name.
#[derive(Debug, Clone)]
pub enum DnsReply {
    /// Each address answers the question of its type.
    Addresses(Vec<IpAddr>),
    /// CNAME records one after the other, then the addresses.
    Aliases(Vec<&'static str>, Vec<IpAddr>),
    /// NXDOMAIN.
    NotFound,
    /// SERVFAIL.
    ServerFailure,
    /// NOERROR without answers.
    Empty,
    /// Nothing.
    Silence,
}

/// Ends when dropped.
pub struct DnsServer {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    _tasks: JoinSet<()>,
}

type Script = Arc<dyn Fn(&str) -> DnsReply + Send + Sync>;

const TYPE_A: u16 = 1;
const TYPE_CNAME: u16 = 5;
const TYPE_AAAA: u16 = 28;
const UDP_LIMIT: usize = 512;

impl DnsServer {
    /// Answers by name (lower case, no trailing dot). TTLs are zero.
    pub async fn start(script: impl Fn(&str) -> DnsReply + Send + Sync + 'static) -> Self {
        let (udp, tcp) = loop {
            let udp = UdpSocket::bind("127.0.0.1:0").await.unwrap();
            if let Ok(tcp) = TcpListener::bind(udp.local_addr().unwrap()).await {
                break (udp, tcp);
            }
        };
        let address = udp.local_addr().unwrap();
        let (script, asked): (Script, _) = (Arc::new(script), Arc::new(Mutex::new(Vec::new())));
        let mut tasks = JoinSet::new();
        tasks.spawn(serve_udp(udp, Arc::clone(&script), Arc::clone(&asked)));
        tasks.spawn(serve_tcp(tcp, script, Arc::clone(&asked)));
        Self { address, asked, _tasks: tasks }
    }

    /// Where it listens, UDP and TCP.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Names asked for so far, one entry for each question.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().clone()
    }
}

async fn serve_udp(socket: UdpSocket, script: Script, asked: Arc<Mutex<Vec<String>>>) {
    let mut buffer = vec![0; 4096];
    while let Ok((length, peer)) = socket.recv_from(&mut buffer).await {
        if let Some(mut answer) = answer(&buffer[..length], &script, &asked) {
            if answer.len() > UDP_LIMIT {
                // Truncated: the client asks again over TCP.
                answer = truncated(&buffer[..length]);
            }
            let _ = socket.send_to(&answer, peer).await;
        }
    }
}

async fn serve_tcp(listener: TcpListener, script: Script, asked: Arc<Mutex<Vec<String>>>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (script, asked) = (Arc::clone(&script), Arc::clone(&asked));
        connections.spawn(async move {
            let _ = converse(stream, &script, &asked).await;
        });
    }
}

async fn converse(mut stream: TcpStream, script: &Script, asked: &Mutex<Vec<String>>) -> std::io::Result<()> {
    loop {
        let length = stream.read_u16().await?;
        let mut query = vec![0; usize::from(length)];
        stream.read_exact(&mut query).await?;
        if let Some(answer) = answer(&query, script, asked) {
            stream.write_u16(u16::try_from(answer.len()).unwrap()).await?;
            stream.write_all(&answer).await?;
        }
    }
}

/// Header, question: name, type and the end of the question.
fn question(query: &[u8]) -> Option<(String, u16, usize)> {
    let (mut at, mut labels) = (12, Vec::new());
    loop {
        let length = usize::from(*query.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(query.get(at..at + length)?).to_lowercase());
        at += length;
    }
    let kind = u16::from_be_bytes([*query.get(at)?, *query.get(at + 1)?]);
    Some((labels.join("."), kind, at + 4))
}

fn answer(query: &[u8], script: &Script, asked: &Mutex<Vec<String>>) -> Option<Vec<u8>> {
    let (name, kind, end) = question(query)?;
    asked.lock().push(name.clone());
    let (code, aliases, addresses) = match script(&name) {
        DnsReply::Addresses(addresses) => (0, Vec::new(), addresses),
        DnsReply::Aliases(aliases, addresses) => (0, aliases, addresses),
        DnsReply::NotFound => (3, Vec::new(), Vec::new()),
        DnsReply::ServerFailure => (2, Vec::new(), Vec::new()),
        DnsReply::Empty => (0, Vec::new(), Vec::new()),
        DnsReply::Silence => return None,
    };
    let mut records = Vec::new();
    let mut owner = name;
    for alias in aliases {
        records.push(record(&owner, TYPE_CNAME, &encode_name(alias)));
        alias.clone_into(&mut owner);
    }
    for address in addresses {
        match address {
            IpAddr::V4(address) if kind == TYPE_A => {
                records.push(record(&owner, TYPE_A, &address.octets()));
            }
            IpAddr::V6(address) if kind == TYPE_AAAA => {
                records.push(record(&owner, TYPE_AAAA, &address.octets()));
            }
            _ => {}
        }
    }
    let mut answer = header(query, code, false, records.len());
    answer.extend(&query[12..end]);
    answer.extend(records.concat());
    Some(answer)
}

fn truncated(query: &[u8]) -> Vec<u8> {
    let end = question(query).map_or(12, |(_, _, end)| end);
    let mut answer = header(query, 0, true, 0);
    answer.extend(&query[12..end]);
    answer
}

fn header(query: &[u8], code: u8, truncated: bool, answers: usize) -> Vec<u8> {
    let flags = 0x81 | if truncated { 0x02 } else { 0 } | 0x04;
    let count = u16::try_from(answers).unwrap().to_be_bytes();
    vec![query[0], query[1], flags, 0x80 | code, 0, 1, count[0], count[1], 0, 0, 0, 0]
}

fn record(owner: &str, kind: u16, data: &[u8]) -> Vec<u8> {
    let mut record = encode_name(owner);
    record.extend(kind.to_be_bytes());
    record.extend([0, 1, 0, 0, 0, 0]);
    record.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
    record.extend(data);
    record
}

fn encode_name(name: &str) -> Vec<u8> {
    let mut encoded = Vec::new();
    for label in name.split('.') {
        encoded.push(u8::try_from(label.len()).unwrap());
        encoded.extend(label.bytes());
    }
    encoded.push(0);
    encoded
}
