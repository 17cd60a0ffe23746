//! Web identity: a token in a file is traded for a role's credentials (STS AssumeRoleWithWebIdentity).

use std::path::{Path, PathBuf};
use std::time::Instant;

use bytes::Bytes;
use hookswitch_egress::{Client, Request};
use hookswitch_template::percent_encode;
use http::Method;
use http::header::{CONTENT_TYPE, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::IdentityError;
use crate::lambda::Credentials;

/// Largest token file.
const MOST_TOKEN: u64 = 64 * 1024;
/// Largest answer.
const MOST_ANSWER: usize = 64 * 1024;

/// A role that a token file opens.
#[derive(Debug, Clone)]
pub struct WebIdentity {
    /// Base of the Security Token Service, without a slash at its end.
    pub endpoint: String,
    /// ARN of the role.
    pub role: String,
    /// Name of the session, as AWS's logs show it.
    pub session_name: String,
    /// The file with the token, read anew each time.
    pub token_file: PathBuf,
}

impl WebIdentity {
    pub(super) async fn fetch(&self, client: &Client, end: Instant) -> Result<Credentials, IdentityError> {
        let token = read(&self.token_file)?;
        let url = client.policy().check_url(&format!("{}/", self.endpoint));
        let url = url.map_err(|refusal| IdentityError::Address(refusal.operator_hint()))?;
        let mut request = Request::new(Method::POST, url);
        request.max_body = MOST_ANSWER;
        request.headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8"),
        );
        let form = [
            ("Action", "AssumeRoleWithWebIdentity"),
            ("Version", "2011-06-15"),
            ("RoleArn", &self.role),
            ("RoleSessionName", &self.session_name),
            ("WebIdentityToken", token.expose_secret().trim()),
        ];
        let pairs: Vec<String> =
            form.iter().map(|(name, value)| format!("{name}={}", percent_encode(value))).collect();
        request.body = Bytes::from(pairs.join("&"));
        let response = client.send(request, end.into()).await?;
        if !response.status.is_success() {
            return Err(IdentityError::Status(response.status.as_u16()));
        }
        credentials_of(&String::from_utf8_lossy(&response.body)).ok_or(IdentityError::Unreadable)
    }
}

pub(super) fn read(path: &Path) -> Result<SecretString, IdentityError> {
    let fail = |reason: String| IdentityError::TokenFile { path: path.display().to_string(), reason };
    let size = std::fs::metadata(path).map_err(|error| fail(error.to_string()))?.len();
    if size > MOST_TOKEN {
        return Err(fail("it is too large".to_owned()));
    }
    std::fs::read_to_string(path).map(SecretString::from).map_err(|error| fail(error.to_string()))
}

fn credentials_of(xml: &str) -> Option<Credentials> {
    let inside = element(xml, "Credentials")?;
    let secret = SecretString::from(text(inside, "SecretAccessKey")?);
    let token = SecretString::from(text(inside, "SessionToken")?);
    let end = text(inside, "Expiration")?.parse::<jiff::Timestamp>().ok()?;
    let credentials = Credentials::new(text(inside, "AccessKeyId")?, secret, Some(token));
    Some(Credentials { expires_at: Some(end.into()), ..credentials })
}

/// The content of the first element of a name. STS writes these elements without attributes and once each.
fn element<'x>(xml: &'x str, name: &str) -> Option<&'x str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once(&format!("</{name}>")).map(|(inside, _)| inside)
}

/// The text of an element: keys, tokens and dates hold nothing that XML escapes.
fn text(xml: &str, name: &str) -> Option<String> {
    let text = element(xml, name)?.trim();
    (!text.is_empty() && !text.contains(['<', '&'])).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn credentials_are_read_from_xml() {
        let xml = "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>\
            <SessionToken>t/o+k==</SessionToken><SecretAccessKey>s</SecretAccessKey>\
            <Expiration>2026-11-20T09:00:00Z</Expiration><AccessKeyId>ASIA1</AccessKeyId>\
            </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>";
        let credentials = credentials_of(xml).unwrap();
        assert_eq!(credentials.access_key, "ASIA1");
        assert_eq!(credentials.session_token.unwrap().expose_secret(), "t/o+k==");
        assert!(credentials.expires_at.is_some());
        assert!(credentials_of(&xml.replace("ASIA1", "<b>")).is_none());
        assert!(credentials_of(&xml.replace("2026-11-20T", "soon")).is_none());
        assert!(credentials_of("").is_none());
    }
}
