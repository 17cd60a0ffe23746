//! Redirects: by the request's rule only, each target checked anew (scenarios S13, S14).

use http::{HeaderName, Method, StatusCode, header};
use url::Url;

use crate::{
    policy::{Policy, Refusal, RefusalClass},
    request::{RedirectRule, Request, names_credentials},
    response::{RedirectStop, Response},
    url::CheckedUrl,
};

/// What follows an answer.
pub(super) enum NextHop {
    /// It is no redirect.
    Answer,
    /// It is a redirect that is not followed.
    Stop(RedirectStop),
    /// The next request.
    Go(Box<Request>),
}

pub(super) fn next(policy: &Policy, request: &Request, response: &Response, hops: u8) -> NextHop {
    if !is_redirect(response.status) {
        return NextHop::Answer;
    }
    match follow(policy, request, response, hops) {
        Ok(next) => NextHop::Go(Box::new(next)),
        Err(stop) => NextHop::Stop(stop),
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn follow(
    policy: &Policy,
    request: &Request,
    response: &Response,
    hops: u8,
) -> Result<Request, RedirectStop> {
    let keeps_method = matches!(response.status.as_u16(), 307 | 308);
    let (max_hops, one_origin) = match request.redirects {
        RedirectRule::SameOrigin307And308 { max_hops } if keeps_method => (max_hops, true),
        RedirectRule::Follow { max_hops } => (max_hops, false),
        _ => return Err(RedirectStop::NotFollowed),
    };
    if hops >= max_hops {
        return Err(RedirectStop::TooMany);
    }
    let location = response.headers.get(header::LOCATION).ok_or(RedirectStop::BadLocation)?;
    let location = std::str::from_utf8(location.as_bytes()).map_err(|_| RedirectStop::BadLocation)?;
    let url = resolve(policy, &request.url, location)?;
    if request.url.is_https() && !url.is_https() {
        return Err(RedirectStop::Downgrade);
    }
    let same_origin = url.is_same_origin(&request.url);
    if one_origin && !same_origin {
        return Err(RedirectStop::CrossOrigin);
    }
    let mut next = request.clone();
    if !keeps_method && next.method != Method::HEAD {
        next.method = Method::GET;
        next.body = bytes::Bytes::new();
        for name in [header::CONTENT_TYPE, header::CONTENT_ENCODING, header::CONTENT_LANGUAGE] {
            next.headers.remove(name);
        }
    }
    if !same_origin {
        drop_credentials(&mut next);
    }
    next.url = url;
    Ok(next)
}

fn resolve(policy: &Policy, base: &CheckedUrl, location: &str) -> Result<CheckedUrl, RedirectStop> {
    let refused = |refusal: Refusal| match refusal.class() {
        RefusalClass::Malformed | RefusalClass::TooLong | RefusalClass::Characters => {
            RedirectStop::BadLocation
        }
        _ => RedirectStop::Refused(refusal),
    };
    // A target with an authority of its own is checked as it was written, a relative one after joining.
    let absolute = match location.strip_prefix("//") {
        Some(_) => Some(format!("{}:{location}", base.as_url().scheme())),
        None => Url::parse(location).is_ok().then(|| location.to_owned()),
    };
    if let Some(absolute) = absolute {
        return policy.check_url(&absolute).map_err(refused);
    }
    if location.is_empty() || location.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(RedirectStop::BadLocation);
    }
    let joined = base.as_url().join(location).map_err(|_| RedirectStop::BadLocation)?;
    policy.check_url(joined.as_str()).map_err(refused)
}

fn drop_credentials(request: &mut Request) {
    let secret: Vec<_> = request
        .headers
        .iter()
        .filter(|(name, value)| value.is_sensitive() || names_credentials(name) || is_ours(name))
        .map(|(name, _)| name.clone())
        .collect();
    for name in secret {
        request.headers.remove(name);
    }
}

/// What tells a receiver that it is us, and which call it is: nobody else's business.
fn is_ours(name: &HeaderName) -> bool {
    matches!(name.as_str(), "idempotency-key" | "webhook-id" | "webhook-timestamp" | "webhook-signature")
}
