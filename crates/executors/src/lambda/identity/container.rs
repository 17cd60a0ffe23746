//! The credentials endpoint beside a container (Amazon ECS task roles, Amazon EKS Pod Identity).

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Instant;

use hookswitch_egress::{Client, Request};
use http::Method;
use http::header::{AUTHORIZATION, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::IdentityError;
use crate::lambda::Credentials;

/// Largest answer.
const MOST_ANSWER: usize = 64 * 1024;

/// A credentials endpoint.
#[derive(Debug, Clone)]
pub struct Container {
    /// Its whole URL.
    pub url: String,
    /// What is sent as `Authorization`.
    pub token: ContainerToken,
}

/// What proves to the endpoint who asks.
#[derive(Debug, Clone)]
pub enum ContainerToken {
    /// Nothing.
    None,
    /// A fixed value.
    Text(SecretString),
    /// A file that is read anew each time.
    File(PathBuf),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    access_key_id: String,
    secret_access_key: SecretText,
    token: Option<SecretText>,
    expiration: Option<String>,
}

/// Never shown.
#[derive(Deserialize)]
struct SecretText(String);

impl Container {
    /// Hosts of AWS's endpoints: the agent of ECS, and of EKS on IPv4 and IPv6.
    pub const ADDRESSES: [&'static str; 3] = ["169.254.170.2", "169.254.170.23", "fd00:ec2::23"];

    /// Whether plain http to an address is what containers may ask: AWS's own addresses and the loopback.
    pub fn is_usual(address: IpAddr) -> bool {
        address.is_loopback() || Self::ADDRESSES.iter().any(|own| own.parse() == Ok(address))
    }

    pub(super) async fn fetch(&self, client: &Client, end: Instant) -> Result<Credentials, IdentityError> {
        let url = client.policy().check_url(&self.url);
        let url = url.map_err(|refusal| IdentityError::Address(refusal.operator_hint()))?;
        let mut request = Request::new(Method::GET, url);
        request.max_body = MOST_ANSWER;
        if let Some(token) = self.token()? {
            let value = HeaderValue::from_str(token.expose_secret().trim());
            let mut value = value.map_err(|_| IdentityError::Unreadable)?;
            value.set_sensitive(true);
            request.headers.insert(AUTHORIZATION, value);
        }
        let response = client.send(request, end.into()).await?;
        if !response.status.is_success() {
            return Err(IdentityError::Status(response.status.as_u16()));
        }
        let answer: Answer = serde_json::from_slice(&response.body).map_err(|_| IdentityError::Unreadable)?;
        let expires_at = match answer.expiration {
            Some(text) => {
                Some(text.parse::<jiff::Timestamp>().map_err(|_| IdentityError::Unreadable)?.into())
            }
            None => None,
        };
        let token = answer.token.map(|SecretText(token)| SecretString::from(token));
        let secret = SecretString::from(answer.secret_access_key.0);
        let credentials = Credentials::new(answer.access_key_id, secret, token);
        Ok(Credentials { expires_at, ..credentials })
    }

    fn token(&self) -> Result<Option<SecretString>, IdentityError> {
        match &self.token {
            ContainerToken::None => Ok(None),
            ContainerToken::Text(text) => Ok(Some(text.clone())),
            ContainerToken::File(path) => super::web_identity::read(path).map(Some),
        }
    }
}
