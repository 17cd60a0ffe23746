//! Replies, well behaved and hostile: a list of steps on the socket.

use std::{io::Write as _, time::Duration};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};

/// One step of a reply.
#[derive(Debug, Clone)]
pub enum Step {
    /// Writes these bytes.
    Write(Bytes),
    /// Writes the bytes one at a time with a pause before each.
    Drip(Bytes, Duration),
    /// Writes the bytes again and again until the client is gone.
    Forever(Bytes),
    /// As `Forever`, with a pause before each.
    DripForever(Bytes, Duration),
    /// Waits.
    Pause(Duration),
    /// Says nothing until the client is gone.
    Hang,
    /// Closes the connection in order.
    Close,
    /// Resets the connection.
    Reset,
}

/// What the server does with one request. A reply that does not end the connection keeps it alive.
#[derive(Debug, Clone)]
pub struct Reply {
    pub(super) steps: Vec<Step>,
}

impl Reply {
    /// These steps.
    pub fn steps(steps: Vec<Step>) -> Self {
        Self { steps }
    }

    /// These bytes, the connection stays open.
    pub fn raw(bytes: impl Into<Bytes>) -> Self {
        Self::steps(vec![Step::Write(bytes.into())])
    }

    /// A well-formed answer with its length.
    pub fn with(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let mut bytes = format!("HTTP/1.1 {status} Scripted\r\n").into_bytes();
        for (name, value) in headers {
            bytes.extend(format!("{name}: {value}\r\n").bytes());
        }
        bytes.extend(format!("content-length: {}\r\n\r\n", body.len()).bytes());
        bytes.extend(body);
        Self::raw(bytes)
    }

    /// 200 with a text.
    pub fn ok(body: &str) -> Self {
        Self::with(200, &[("content-type", "text/plain")], body)
    }

    /// 200 with JSON.
    pub fn json(body: &str) -> Self {
        Self::with(200, &[("content-type", "application/json")], body)
    }

    /// Another status with a text.
    pub fn status(status: u16, body: &str) -> Self {
        Self::with(status, &[("content-type", "text/plain")], body)
    }

    /// A redirect.
    pub fn redirect(status: u16, location: &str) -> Self {
        Self::with(status, &[("location", location)], "")
    }

    /// Waits before the first byte.
    #[must_use]
    pub fn after(mut self, pause: Duration) -> Self {
        self.steps.insert(0, Step::Pause(pause));
        self
    }

    /// One more step.
    #[must_use]
    pub fn then(mut self, step: Step) -> Self {
        self.steps.push(step);
        self
    }

    /// The request is read and never answered.
    pub fn silence() -> Self {
        Self::steps(vec![Step::Hang])
    }

    /// The connection is reset after the request.
    pub fn reset() -> Self {
        Self::steps(vec![Step::Reset])
    }

    /// Announces more than it sends, then resets.
    pub fn reset_within_body() -> Self {
        Self::raw("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf").then(Step::Reset)
    }

    /// A body that never ends, as fast as the client reads.
    pub fn endless_body() -> Self {
        let piece = [b"10000\r\n".as_slice(), &vec![b'x'; 0x10000], b"\r\n"].concat();
        Self::raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").then(Step::Forever(piece.into()))
    }

    /// A body that never ends, one byte at a time.
    pub fn dripping_body(every: Duration) -> Self {
        Self::raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            .then(Step::DripForever(Bytes::from_static(b"1\r\nx\r\n"), every))
    }

    /// Headers that never end, one at a time.
    pub fn dripping_headers(every: Duration) -> Self {
        Self::raw("HTTP/1.1 200 OK\r\n").then(Step::DripForever(Bytes::from_static(b"a: b\r\n"), every))
    }

    /// A gzip body of zeros: `decoded` bytes from about a thousandth of that.
    pub fn gzip_bomb(decoded: usize) -> Self {
        let zeros = vec![0; decoded];
        Self::gzip(&zeros)
    }

    /// A gzip body.
    pub fn gzip(body: &[u8]) -> Self {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(body).unwrap();
        Self::with(200, &[("content-encoding", "gzip")], encoder.finish().unwrap())
    }

    /// One header of this size.
    pub fn huge_header(bytes: usize) -> Self {
        Self::with(200, &[("x-huge", &"x".repeat(bytes))], "ok")
    }

    /// This many headers.
    pub fn many_headers(count: usize) -> Self {
        let names: Vec<String> = (0..count).map(|n| format!("x-{n}")).collect();
        let headers: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
        Self::with(200, &headers, "ok")
    }

    /// Two answers about where the body ends.
    pub fn chunked_and_length() -> Self {
        Self::raw(
            "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        )
    }

    /// A header continued on the next line (RFC 9112, 5.2).
    pub fn folded_header() -> Self {
        Self::raw("HTTP/1.1 200 OK\r\nx-folded: a\r\n b\r\ncontent-length: 2\r\n\r\nok")
    }

    /// A carriage return alone inside a header.
    pub fn bare_carriage_return() -> Self {
        Self::raw("HTTP/1.1 200 OK\r\nx-bare: a\rb\r\ncontent-length: 2\r\n\r\nok")
    }
}
