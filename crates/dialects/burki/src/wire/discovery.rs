//! Lambda discovery: where its parameters come from, and what it answers (burki: 2.4).

use hookswitch_model::name::SecretName;
use secrecy::SecretString;
use serde_json::Value;

use super::configuration::is_region;
use super::refusal::Refusal;

/// Names of the secrets that stand in for missing credentials.
pub const ACCESS_KEY: &str = "AWS_ACCESS_KEY_ID";
/// The secret access key.
pub const SECRET_KEY: &str = "AWS_SECRET_ACCESS_KEY";

/// What is asked for. `Debug` shows no credential.
#[derive(Debug, Default)]
pub struct Wanted {
    access_key: Option<SecretString>,
    secret_key: Option<SecretString>,
    region: Option<String>,
}

impl Wanted {
    /// Takes parameters from pairs; later ones win.
    pub fn take_pairs(&mut self, pairs: impl IntoIterator<Item = (String, String)>) {
        for (name, value) in pairs {
            self.take(&name, value);
        }
    }

    /// Takes parameters from a JSON object.
    pub fn take_json(&mut self, body: &Value) {
        for (name, value) in body.as_object().into_iter().flatten() {
            if let Some(text) = value.as_str() {
                self.take(name, text.to_owned());
            }
        }
    }

    fn take(&mut self, name: &str, value: String) {
        if value.is_empty() {
            return;
        }
        match name {
            "access_key" => self.access_key = Some(value.into()),
            "secret_key" => self.secret_key = Some(value.into()),
            "region" => self.region = Some(value),
            _ => {}
        }
    }

    /// The region, checked.
    pub fn region(&self) -> Result<&str, Refusal> {
        let region = self.region.as_deref().unwrap_or("us-east-1");
        if is_region(region) {
            Ok(region)
        } else {
            Err(Refusal::bad(format!("Invalid AWS region: {region}")))
        }
    }

    /// Whether both credentials came with the request.
    pub const fn has_credentials(&self) -> bool {
        self.access_key.is_some() && self.secret_key.is_some()
    }
}

/// The names of the organisation's secrets that are needed instead.
pub fn stored_names() -> impl Iterator<Item = SecretName> {
    [ACCESS_KEY, SECRET_KEY].into_iter().filter_map(|name| SecretName::parse(name).ok())
}

/// Nobody has credentials.
pub fn no_credentials() -> Refusal {
    let text = "AWS credentials not found. Please configure access_key and secret_key.";
    Refusal::Unsuccessful(400, text.to_owned())
}

/// This server has no way to ask AWS yet. Nothing is made up.
pub fn not_available() -> Refusal {
    let text = "Failed to list Lambda functions: this server can't call AWS yet";
    Refusal::Unsuccessful(500, text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_body_wins_over_the_query() {
        let mut wanted = Wanted::default();
        wanted.take_pairs([
            ("region".to_owned(), "eu-west-1".to_owned()),
            ("access_key".to_owned(), "hush".to_owned()),
        ]);
        assert!(!wanted.has_credentials());
        wanted.take_json(&json!({"region": "us-west-2", "secret_key": "hush", "access_key": ""}));
        assert!(wanted.has_credentials());
        assert_eq!(wanted.region(), Ok("us-west-2"));
        assert!(!format!("{wanted:?}").contains("hush"));
        wanted.take_json(&json!({"region": "moon"}));
        assert_eq!(wanted.region(), Err(Refusal::bad("Invalid AWS region: moon")));
        assert_eq!(Wanted::default().region(), Ok("us-east-1"));
    }
}
