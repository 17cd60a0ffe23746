//! Where AWS answers.

use std::str::FromStr;

use hookswitch_model::lambda::Region;

/// Endpoints that the operator sets instead of AWS's.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Endpoints {
    /// Of Lambda; `{region}` in it stands for the region.
    pub lambda: Option<Endpoint>,
    /// Of the Security Token Service; the same.
    pub sts: Option<Endpoint>,
}

/// A base URL without query and fragment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

/// A text that is no endpoint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an endpoint is an http or https URL without query and fragment")]
pub struct InvalidEndpoint;

impl FromStr for Endpoint {
    type Err = InvalidEndpoint;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_url = text.starts_with("https://") || text.starts_with("http://");
        if !is_url || text.contains(['?', '#']) {
            return Err(InvalidEndpoint);
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

impl Endpoints {
    /// The base of Lambda in a region, without a slash at its end.
    pub fn lambda(&self, region: &Region) -> String {
        base(self.lambda.as_ref(), "lambda", region)
    }

    /// The base of the Security Token Service in a region, without a slash at its end.
    pub fn sts(&self, region: &Region) -> String {
        base(self.sts.as_ref(), "sts", region)
    }
}

fn base(own: Option<&Endpoint>, service: &str, region: &Region) -> String {
    match own {
        Some(Endpoint(url)) => url.replace("{region}", region.as_str()),
        None => format!("https://{service}.{region}.{}", suffix(region)),
    }
}

/// The domain of a region's partition.
fn suffix(region: &Region) -> &'static str {
    let partitions = [
        ("cn-", "amazonaws.com.cn"),
        ("us-iso-", "c2s.ic.gov"),
        ("us-isob-", "sc2s.sgov.gov"),
        ("us-isof-", "csp.hci.ic.gov"),
        ("eu-isoe-", "cloud.adc-e.uk"),
        ("eusc-", "amazonaws.eu"),
    ];
    let own = partitions.iter().find(|(prefix, _)| region.as_str().starts_with(prefix));
    own.map_or("amazonaws.com", |(_, suffix)| suffix)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn partitions_have_domains_of_their_own() {
        let none = Endpoints::default();
        let lambda = |region: &str| none.lambda(&region.parse().unwrap());
        assert_eq!(lambda("us-east-1"), "https://lambda.us-east-1.amazonaws.com");
        assert_eq!(lambda("cn-north-1"), "https://lambda.cn-north-1.amazonaws.com.cn");
        assert_eq!(lambda("us-gov-west-1"), "https://lambda.us-gov-west-1.amazonaws.com");
        assert_eq!(none.sts(&Region::default()), "https://sts.us-east-1.amazonaws.com");
    }

    #[test]
    fn the_operators_endpoint_wins() {
        let lambda = Some("https://vpce-1.lambda.{region}.vpce.example.com/".parse().unwrap());
        let own = Endpoints { lambda, sts: None };
        assert_eq!(own.lambda(&Region::default()), "https://vpce-1.lambda.us-east-1.vpce.example.com");
        assert_eq!("ftp://x".parse::<Endpoint>(), Err(InvalidEndpoint));
        assert_eq!("https://x/?a".parse::<Endpoint>(), Err(InvalidEndpoint));
    }
}
