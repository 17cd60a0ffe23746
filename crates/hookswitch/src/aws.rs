//! The server's own AWS identity, with a way out of its own: what its requests may reach, tools may not.

use anyhow::Context as _;
use hookswitch_egress::{AllowEntry, PolicySettings};
use hookswitch_engine::AwsSettings;
use hookswitch_engine::aws::Identity;

use crate::config::Config;
use crate::parts::client;

/// The engine's settings around AWS. `policy` is that of tools, which the identity's builds on.
pub(crate) fn settings(config: &Config, mut policy: PolicySettings) -> anyhow::Result<AwsSettings> {
    let aws = &config.aws;
    let endpoints = aws.endpoints.clone();
    let Some(source) = aws.identity.clone() else { return Ok(AwsSettings { endpoints, identity: None }) };
    if let Some(door) = &aws.identity_door {
        let entry: AllowEntry = door.parse().context("the container's credentials endpoint")?;
        policy.allow_egress.push(entry);
    }
    let identity = Some(Identity::new(source, client(config, policy)?));
    tracing::warn!("`aws_identity` is on: Lambda tools without credentials of their own use the server's");
    Ok(AwsSettings { endpoints, identity })
}
