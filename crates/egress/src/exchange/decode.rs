//! Content codings with a cap on what comes out and on how much faster it grows than what goes in.
#![expect(clippy::disallowed_types, reason = "this is the place where decoding has its caps")]

use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use http::{HeaderMap, header};

use crate::error::MaybeSent;

/// Above this many decoded bytes per coded one an answer is taken for a bomb; text reaches 20, tables of zeros more.
const MAX_RATIO: u64 = 200;
/// The ratio counts from this many decoded bytes on.
const RATIO_FROM: u64 = 64 * 1024;

/// The codings that are understood (RFC 9110, 8.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Deflate,
}

impl Coding {
    /// The coding of an answer; `None` is plain. Two codings on top of each other are refused.
    pub(super) fn of(headers: &HeaderMap) -> Result<Option<Self>, MaybeSent> {
        let mut coding = None;
        for value in headers.get_all(header::CONTENT_ENCODING) {
            let value = value.to_str().map_err(|_| MaybeSent::BadEncoding("not text".to_owned()))?;
            for name in value.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                let found = match name.to_ascii_lowercase().as_str() {
                    "identity" => continue,
                    "gzip" | "x-gzip" => Self::Gzip,
                    "deflate" => Self::Deflate,
                    other => return Err(MaybeSent::BadEncoding(format!("unknown coding {other:.20}"))),
                };
                if coding.replace(found).is_some() {
                    return Err(MaybeSent::BadEncoding("more than one coding".to_owned()));
                }
            }
        }
        Ok(coding)
    }
}

/// Takes coded pieces, collects decoded bytes.
pub(super) struct Decoder {
    stream: Stream,
    coded: u64,
    max_body: usize,
}

enum Stream {
    /// Nothing came yet. `deflate` is told apart by its first byte: many servers send it without the zlib wrapper.
    Waiting(Coding),
    Gzip(MultiGzDecoder<Sink>),
    Zlib(ZlibDecoder<Sink>),
    Raw(DeflateDecoder<Sink>),
}

impl Decoder {
    pub(super) fn new(coding: Coding, max_body: usize) -> Self {
        Self { stream: Stream::Waiting(coding), coded: 0, max_body }
    }

    pub(super) fn write(&mut self, data: &[u8]) -> Result<(), MaybeSent> {
        let Some(first) = data.first() else { return Ok(()) };
        if let Stream::Waiting(coding) = self.stream {
            let sink = Sink { decoded: Vec::new(), cap: 0 };
            self.stream = match coding {
                Coding::Gzip => Stream::Gzip(MultiGzDecoder::new(sink)),
                Coding::Deflate if first & 0x0f == 8 => Stream::Zlib(ZlibDecoder::new(sink)),
                Coding::Deflate => Stream::Raw(DeflateDecoder::new(sink)),
            };
        }
        self.coded += data.len() as u64;
        let by_ratio = self.coded.saturating_mul(MAX_RATIO).max(RATIO_FROM);
        let cap = usize::try_from(by_ratio).unwrap_or(usize::MAX).min(self.max_body);
        let written = match &mut self.stream {
            Stream::Waiting(_) => Ok(()),
            Stream::Gzip(stream) => {
                stream.get_mut().cap = cap;
                stream.write_all(data)
            }
            Stream::Zlib(stream) => {
                stream.get_mut().cap = cap;
                stream.write_all(data)
            }
            Stream::Raw(stream) => {
                stream.get_mut().cap = cap;
                stream.write_all(data)
            }
        };
        written.map_err(|error| refusal(&error))
    }

    pub(super) fn finish(self) -> Result<Bytes, MaybeSent> {
        let sink = match self.stream {
            // An answer to HEAD, or an empty one.
            Stream::Waiting(_) => return Ok(Bytes::new()),
            Stream::Gzip(stream) => stream.finish(),
            Stream::Zlib(stream) => stream.finish(),
            Stream::Raw(stream) => stream.finish(),
        };
        sink.map(|sink| sink.decoded.into()).map_err(|error| refusal(&error))
    }
}

fn refusal(error: &io::Error) -> MaybeSent {
    match error.kind() {
        io::ErrorKind::FileTooLarge => MaybeSent::BodyTooLarge,
        _ => MaybeSent::BadEncoding(error.to_string()),
    }
}

/// Takes decoded bytes up to its cap, which grows with the coded bytes.
struct Sink {
    decoded: Vec<u8>,
    cap: usize,
}

impl Write for Sink {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if self.decoded.len() + data.len() > self.cap {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.decoded.extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
