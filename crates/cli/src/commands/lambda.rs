//! `lambda`: functions of AWS that tools can call.

use clap::Subcommand;
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};

use super::{Context, listing};
use crate::environment;
use crate::error::{CliError, Exit};

/// What to do with functions.
#[derive(Debug, Subcommand)]
pub enum Lambda {
    /// List the functions of a region
    #[command(
        long_about = "List the functions of a region, as the server sees them: with the organisation's secrets \
                            AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or with the variables of these names when \
                            --from-env is given."
    )]
    Functions(Functions),
}

/// Which functions.
#[derive(Debug, clap::Args)]
pub struct Functions {
    /// The region
    #[arg(long, default_value = "us-east-1")]
    region: String,
    /// Another endpoint than AWS's, for emulators
    #[arg(long, value_name = "URL")]
    endpoint_url: Option<String>,
    /// Send the AWS credentials of this environment along; the server uses them once and forgets them
    #[arg(long)]
    from_env: bool,
}

impl Lambda {
    pub(super) async fn run(self, context: &mut Context<'_>) -> Result<Exit, CliError> {
        let Self::Functions(functions) = self;
        let answer = context.api.post("/v1/lambda/functions/list", &functions.body()?).await?;
        let columns = [
            ("NAME", "name"),
            ("RUNTIME", "runtime"),
            ("MEMORY", "memory_mb"),
            ("TIMEOUT", "timeout_seconds"),
            ("ARN", "arn"),
        ];
        listing::show_all(context, &answer, &columns)?;
        Ok(Exit::Done)
    }
}

impl Functions {
    fn body(self) -> Result<Value, CliError> {
        let mut body = Map::new();
        body.insert("region".to_owned(), Value::from(self.region));
        body.extend(self.endpoint_url.map(|url| ("endpoint_url".to_owned(), Value::from(url))));
        if self.from_env {
            for (field, variable, is_needed) in [
                ("access_key", "AWS_ACCESS_KEY_ID", true),
                ("secret_key", "AWS_SECRET_ACCESS_KEY", true),
                ("session_token", "AWS_SESSION_TOKEN", false),
            ] {
                match environment::secret(variable) {
                    Some(value) => {
                        body.insert(field.to_owned(), Value::from(value.expose_secret()));
                    }
                    None if is_needed => {
                        let message = format!("the variable {variable} is not set, or empty");
                        return Err(CliError::usage(message, "export it, or leave --from-env out"));
                    }
                    None => {}
                }
            }
        }
        Ok(Value::Object(body))
    }
}
