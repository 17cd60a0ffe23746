//! How AWS is reached: the server's own identity, off unless it is switched on, and endpoints instead of AWS's.

use hookswitch_engine::aws::{
    Container, ContainerToken, Credentials, Endpoint, Endpoints, IdentitySource, Region, WebIdentity,
};
use secrecy::SecretString;

use super::origin::Given;
use super::{ConfigError, parse};

const IDENTITY: &str = "aws_identity";

/// Settings around AWS.
#[derive(Debug, Default)]
pub(crate) struct AwsConfig {
    pub(crate) endpoints: Endpoints,
    /// The server's own identity; none: tenants without credentials are refused.
    pub(crate) identity: Option<IdentitySource>,
    /// What the identity's requests may reach beside public addresses: `host:port`.
    pub(crate) identity_door: Option<String>,
}

/// Reads the settings; what an identity consists of comes from the usual variables of AWS.
pub(super) fn build(given: &Given, environment: &[(String, String)]) -> Result<AwsConfig, ConfigError> {
    let wanted = "an http or https URL without query";
    let endpoints = Endpoints {
        lambda: parse::optional::<Endpoint>(given, "aws_lambda_endpoint", wanted)?,
        sts: parse::optional::<Endpoint>(given, "aws_sts_endpoint", wanted)?,
    };
    let variables = Variables(environment);
    let mut door = None;
    let identity = match (parse::text(given, IDENTITY)?.as_deref(), given.get(IDENTITY)) {
        (None | Some("off" | ""), _) => None,
        (Some("environment"), _) => Some(of_environment(&variables)?),
        (Some("web_identity"), _) => Some(of_web_identity(&variables, &endpoints)?),
        (Some("container"), _) => {
            let (source, address) = of_container(&variables)?;
            door = Some(address);
            Some(source)
        }
        (Some(_), Some(value)) => {
            let words = "off, environment, web_identity or container".to_owned();
            return Err(parse::invalid(IDENTITY, value, words));
        }
        (Some(_), None) => None,
    };
    Ok(AwsConfig { endpoints, identity, identity_door: door })
}

struct Variables<'e>(&'e [(String, String)]);

impl Variables<'_> {
    fn get(&self, name: &str) -> Option<String> {
        let found = self.0.iter().find(|(variable, _)| variable == name);
        found.map(|(_, value)| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    fn need(&self, name: &str) -> Result<String, ConfigError> {
        let message = || ConfigError::Conflict(format!("`{IDENTITY}` needs the variable {name}"));
        self.get(name).ok_or_else(message)
    }
}

fn of_environment(variables: &Variables<'_>) -> Result<IdentitySource, ConfigError> {
    let access_key = variables.need("AWS_ACCESS_KEY_ID")?;
    let secret_key = SecretString::from(variables.need("AWS_SECRET_ACCESS_KEY")?);
    let session_token = variables.get("AWS_SESSION_TOKEN").map(SecretString::from);
    Ok(IdentitySource::Environment(Credentials::new(access_key, secret_key, session_token)))
}

fn of_web_identity(variables: &Variables<'_>, endpoints: &Endpoints) -> Result<IdentitySource, ConfigError> {
    let region = variables.get("AWS_REGION").or_else(|| variables.get("AWS_DEFAULT_REGION"));
    let region: Region = match region {
        Some(text) => text.parse().map_err(|error| ConfigError::Conflict(format!("AWS_REGION: {error}")))?,
        None => Region::default(),
    };
    Ok(IdentitySource::WebIdentity(WebIdentity {
        endpoint: endpoints.sts(&region),
        role: variables.need("AWS_ROLE_ARN")?,
        session_name: variables.get("AWS_ROLE_SESSION_NAME").unwrap_or_else(|| "hookswitch".to_owned()),
        token_file: variables.need("AWS_WEB_IDENTITY_TOKEN_FILE")?.into(),
    }))
}

/// A container's endpoint, and the door to it.
fn of_container(variables: &Variables<'_>) -> Result<(IdentitySource, String), ConfigError> {
    let url = match variables.get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") {
        Some(path) => format!("http://{}/{}", Container::ADDRESSES[0], path.trim_start_matches('/')),
        None => variables.need("AWS_CONTAINER_CREDENTIALS_FULL_URI")?,
    };
    let token = match variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
        Some(path) => ContainerToken::File(path.into()),
        None => variables
            .get("AWS_CONTAINER_AUTHORIZATION_TOKEN")
            .map_or(ContainerToken::None, |text| ContainerToken::Text(SecretString::from(text))),
    };
    let door = door_of(&url).ok_or_else(|| {
        let rule = "https, or http to the loopback or to AWS's own addresses";
        ConfigError::Conflict(format!("AWS_CONTAINER_CREDENTIALS_FULL_URI: {rule}"))
    })?;
    Ok((IdentitySource::Container(Container { url, token }), door))
}

/// `host:port` of an endpoint that containers may ask.
fn door_of(url: &str) -> Option<String> {
    let uri: http::Uri = url.parse().ok()?;
    let host = uri.host()?;
    let address = host.trim_start_matches('[').trim_end_matches(']').parse().ok();
    let is_https = uri.scheme_str() == Some("https");
    let is_near = host == "localhost" || address.is_some_and(Container::is_usual);
    let is_usual = is_https || uri.scheme_str() == Some("http") && is_near;
    if !is_usual {
        return None;
    }
    let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
    Some(format!("{host}:{port}"))
}

#[cfg(test)]
mod tests {
    use super::door_of;

    #[test]
    fn doors_lead_to_usual_places_only() {
        assert_eq!(door_of("http://169.254.170.2/v2/x").as_deref(), Some("169.254.170.2:80"));
        assert_eq!(door_of("http://[fd00:ec2::23]/v1").as_deref(), Some("[fd00:ec2::23]:80"));
        assert_eq!(door_of("http://localhost:8080/x").as_deref(), Some("localhost:8080"));
        assert_eq!(
            door_of("https://credentials.example.com/").as_deref(),
            Some("credentials.example.com:443")
        );
        for other in
            ["http://169.254.169.254/latest", "http://10.0.0.1/", "http://example.com/", "ftp://x/", ""]
        {
            assert_eq!(door_of(other), None, "{other}");
        }
    }
}
