//! Reading an answer's body: decoded, and never more than its limit (scenarios S25, S26).

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;

use super::{
    attempt::broken,
    decode::{Coding, Decoder},
};
use crate::error::MaybeSent;

/// Reads to the end; takes `content-encoding` and `content-length` away when it decoded.
pub(super) async fn read(
    body: Incoming,
    headers: &mut HeaderMap,
    max_body: usize,
) -> Result<Bytes, MaybeSent> {
    match Coding::of(headers)? {
        None => read_plain(body, max_body).await,
        Some(coding) => {
            let decoded = read_coded(body, coding, max_body).await?;
            headers.remove(header::CONTENT_ENCODING);
            headers.remove(header::CONTENT_LENGTH);
            Ok(decoded)
        }
    }
}

async fn read_plain(mut body: Incoming, max_body: usize) -> Result<Bytes, MaybeSent> {
    use hyper::body::Body as _;
    if body.size_hint().lower() > max_body as u64 {
        return Err(MaybeSent::BodyTooLarge);
    }
    let mut whole = BytesMut::new();
    while let Some(data) = next_data(&mut body).await? {
        if whole.len() + data.len() > max_body {
            return Err(MaybeSent::BodyTooLarge);
        }
        if whole.is_empty() && body.is_end_stream() {
            return Ok(data);
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

async fn read_coded(mut body: Incoming, coding: Coding, max_body: usize) -> Result<Bytes, MaybeSent> {
    let mut decoder = Decoder::new(coding, max_body);
    while let Some(data) = next_data(&mut body).await? {
        decoder.write(&data)?;
    }
    decoder.finish()
}

/// The next piece of data; trailers are left out.
async fn next_data(body: &mut Incoming) -> Result<Option<Bytes>, MaybeSent> {
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(|error| broken(&error))?.into_data() {
            return Ok(Some(data));
        }
    }
    Ok(None)
}
