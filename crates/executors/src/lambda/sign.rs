//! Signature Version 4.

use std::time::SystemTime;

use aws_credential_types::Credentials as SigningCredentials;
use aws_sigv4::http_request::{self, SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4;
use hookswitch_model::lambda::Region;
use http::Method;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret;

use super::credentials::Credentials;

/// The service that a signature is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// AWS Lambda.
    Lambda,
}

impl Service {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Lambda => "lambda",
        }
    }
}

/// What is signed: a request as it will be sent.
#[derive(Debug, Clone, Copy)]
pub struct Signable<'r> {
    /// Method.
    pub method: &'r Method,
    /// Whole URL; `host` is taken from it.
    pub url: &'r str,
    /// Headers; those that proxies change are left out of the signature.
    pub headers: &'r HeaderMap,
    /// Body.
    pub body: &'r [u8],
}

/// A request that can't be signed: a header that is no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the request could not be signed")]
pub struct SigningFailed;

/// The headers that a request needs besides: date, authorization, session token. Secret ones are marked so.
pub fn sign(
    request: Signable<'_>,
    credentials: &Credentials,
    region: &Region,
    service: Service,
    now: SystemTime,
) -> Result<HeaderMap, SigningFailed> {
    let token = credentials.session_token.as_ref().map(|token| token.expose_secret().to_owned());
    let secret = credentials.secret_key.expose_secret();
    let identity = SigningCredentials::new(&credentials.access_key, secret, token, None, "hookswitch").into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region.as_str())
        .name(service.as_str())
        .time(now)
        .settings(SigningSettings::default())
        .build()
        .map_err(|_| SigningFailed)?;
    let mut headers = Vec::with_capacity(request.headers.len());
    for (name, value) in request.headers {
        headers.push((name.as_str(), value.to_str().map_err(|_| SigningFailed)?));
    }
    let body = SignableBody::Bytes(request.body);
    let signable = SignableRequest::new(request.method.as_str(), request.url, headers.into_iter(), body)
        .map_err(|_| SigningFailed)?;
    let signed = http_request::sign(signable, &parameters.into()).map_err(|_| SigningFailed)?;
    let (instructions, _) = signed.into_parts();
    let mut own = HeaderMap::with_capacity(3);
    for (name, value) in instructions.headers() {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| SigningFailed)?;
        let mut value = HeaderValue::from_str(value).map_err(|_| SigningFailed)?;
        value.set_sensitive(name != "x-amz-date");
        own.insert(name, value);
    }
    Ok(own)
}
