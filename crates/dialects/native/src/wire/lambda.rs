//! Lists of Lambda functions on the wire.

use hookswitch_api::Failure;
use hookswitch_engine::aws::{Credentials, FunctionInfo, ListError};
use hookswitch_engine::{FunctionsError, FunctionsQuery};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// Which functions are listed, and with whose credentials.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FunctionsQuery)]
pub struct FunctionsBody {
    /// Region. Default: `us-east-1`.
    #[serde(default)]
    #[schema(example = "eu-west-1")]
    pub region: Option<String>,
    /// Another endpoint than AWS's, for emulators; egress rules apply.
    #[serde(default)]
    pub endpoint_url: Option<String>,
    /// Access key id, used for this request and forgotten. Default: the secret `AWS_ACCESS_KEY_ID`.
    #[serde(default)]
    pub access_key: Option<String>,
    /// Secret access key. Default: the secret `AWS_SECRET_ACCESS_KEY`.
    #[serde(default, deserialize_with = "hidden")]
    #[schema(value_type = Option<String>, write_only)]
    pub secret_key: Option<SecretString>,
    /// Session token of temporary credentials. Default: the secret `AWS_SESSION_TOKEN`.
    #[serde(default, deserialize_with = "hidden")]
    #[schema(value_type = Option<String>, write_only)]
    pub session_token: Option<SecretString>,
}

/// The functions that were found.
#[derive(Debug, Serialize, ToSchema)]
pub struct Functions {
    /// Their region.
    pub region: String,
    /// At most a thousand, in the order of AWS.
    pub data: Vec<FunctionView>,
}

/// A Lambda function.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LambdaFunction)]
pub struct FunctionView {
    /// Name.
    #[schema(example = "orders")]
    pub name: String,
    /// ARN.
    #[schema(example = "arn:aws:lambda:eu-west-1:111122223333:function:orders")]
    pub arn: String,
    /// Description.
    pub description: String,
    /// Runtime; null for container images.
    pub runtime: Option<String>,
    /// Handler; null for container images.
    pub handler: Option<String>,
    /// Its own timeout in seconds.
    pub timeout_seconds: u64,
    /// Memory in MB.
    pub memory_mb: u64,
    /// Size of its code in bytes.
    pub code_bytes: u64,
    /// Version.
    pub version: String,
    /// When it was last changed, as AWS writes it.
    pub last_modified: String,
}

impl From<FunctionInfo> for FunctionView {
    fn from(function: FunctionInfo) -> Self {
        Self {
            name: function.function_name,
            arn: function.function_arn,
            description: function.description,
            runtime: function.runtime,
            handler: function.handler,
            timeout_seconds: function.timeout,
            memory_mb: function.memory_size,
            code_bytes: function.code_size,
            version: function.version,
            last_modified: function.last_modified,
        }
    }
}

fn hidden<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    Option::<String>::deserialize(deserializer).map(|text| text.map(SecretString::from))
}

impl FunctionsBody {
    /// What the engine is asked.
    pub fn query(self) -> Result<FunctionsQuery, Failure> {
        let region = match &self.region {
            None => hookswitch_engine::aws::Region::default(),
            Some(text) => text.parse().map_err(|error: hookswitch_engine::aws::InvalidRegion| {
                Failure::invalid("$.region", "invalid_region", error.to_string())
            })?,
        };
        let credentials = match (self.access_key, self.secret_key) {
            (Some(access), Some(secret)) => Some(Credentials::new(access, secret, self.session_token)),
            (None, None) if self.session_token.is_none() => None,
            _ => {
                let message = "access_key and secret_key come together";
                return Err(Failure::invalid("$.access_key", "conflict", message));
            }
        };
        Ok(FunctionsQuery { region, credentials, endpoint: self.endpoint_url })
    }
}

/// Why there is no list, on the wire.
pub fn failure_of(error: FunctionsError) -> Failure {
    let invalid =
        |path: &str, code, error: &dyn std::fmt::Display| Failure::invalid(path, code, error.to_string());
    match &error {
        FunctionsError::NoCredentials => invalid("$.access_key", "missing_field", &error),
        FunctionsError::List(ListError::Address(refusal)) => {
            invalid("$.endpoint_url", "address_refused", &refusal.tenant_message())
        }
        FunctionsError::List(ListError::Aws { .. }) => invalid("$", "aws_error", &error),
        FunctionsError::List(_) => Failure::Unavailable("AWS did not answer with a list of functions"),
        FunctionsError::Identity(_) => {
            Failure::Unavailable("AWS credentials are not available at the moment")
        }
        FunctionsError::Busy => Failure::Unavailable("too many lists of functions are being read"),
        FunctionsError::Registry(_) => match error {
            FunctionsError::Registry(error) => error.into(),
            _ => Failure::Internal,
        },
    }
}
