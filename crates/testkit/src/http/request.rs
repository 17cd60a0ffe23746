//! A request as the server saw it.

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt as _};

const MAX_BYTES: usize = 64 * 1024 * 1024;

/// One request, word for word.
#[derive(Debug, Clone)]
pub struct RecordedRequest {
    /// As sent.
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// In order, names as sent.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Bytes,
    /// Which of the server's connections carried it, from 1.
    pub connection: usize,
}

impl RecordedRequest {
    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Reads one request; `None` when the client is gone.
pub(super) async fn read<S: AsyncRead + Unpin>(
    stream: &mut S,
    pending: &mut Vec<u8>,
    connection: usize,
) -> Option<RecordedRequest> {
    let end = loop {
        if let Some(at) = pending.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
        fill(stream, pending).await?;
    };
    let head = String::from_utf8_lossy(&pending[..end]).into_owned();
    pending.drain(..end + 4);
    let mut lines = head.split("\r\n");
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let mut request = RecordedRequest { method, target, headers, body: Bytes::new(), connection };
    let length: usize = request.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    while pending.len() < length {
        fill(stream, pending).await?;
    }
    request.body = pending.drain(..length).collect::<Vec<u8>>().into();
    Some(request)
}

async fn fill<S: AsyncRead + Unpin>(stream: &mut S, pending: &mut Vec<u8>) -> Option<()> {
    let read = stream.read_buf(pending).await.ok()?;
    (read > 0 && pending.len() < MAX_BYTES).then_some(())
}
