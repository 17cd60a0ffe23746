//! The resolver of a running server: hickory with the system's name servers.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use hickory_resolver::{
    TokioResolver,
    config::{
        ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig, ResolverOpts,
    },
    net::{DnsError as HickoryDnsError, NetError, runtime::TokioRuntimeProvider},
    proto::{op::ResponseCode, rr::Name},
    system_conf::read_system_conf,
};

use super::{DnsError, MAX_ANSWERS, ResolveFuture, Resolver};

/// Answers are kept for at most this long, whatever their TTL says; they are classified again at every dial.
const MAX_TTL: Duration = Duration::from_mins(1);
const CACHED_NAMES: u64 = 4096;

/// Asks DNS servers; never `/etc/hosts`, never search domains.
#[derive(Debug, Clone)]
pub struct HickoryResolver {
    resolver: TokioResolver,
}

impl HickoryResolver {
    /// Uses the name servers of `/etc/resolv.conf`; its search domains are left out.
    pub fn from_system() -> Result<Self, DnsError> {
        let (system, opts) = read_system_conf().map_err(|_| DnsError::ServerFailure)?;
        Self::build(ResolverConfig::from_name_servers(system.name_servers().to_vec()), opts)
    }

    /// Uses these name servers, over UDP and TCP on the port of each.
    pub fn with_servers(servers: &[SocketAddr]) -> Result<Self, DnsError> {
        let servers = servers.iter().map(|server| {
            let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                connection.port = server.port();
                connection
            });
            NameServerConfig::new(server.ip(), true, connections.into())
        });
        Self::build(ResolverConfig::from_name_servers(servers.collect()), ResolverOpts::default())
    }

    fn build(config: ResolverConfig, mut opts: ResolverOpts) -> Result<Self, DnsError> {
        opts.use_hosts_file = ResolveHosts::Never;
        opts.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
        opts.cache_size = CACHED_NAMES;
        opts.positive_max_ttl = Some(MAX_TTL);
        opts.negative_max_ttl = Some(Duration::from_secs(5));
        opts.timeout = Duration::from_secs(1);
        opts.attempts = 2;
        let mut builder = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default());
        *builder.options_mut() = opts;
        Ok(Self { resolver: builder.build().map_err(|_| DnsError::ServerFailure)? })
    }
}

impl Resolver for HickoryResolver {
    fn lookup<'a>(&'a self, name: &'a str) -> ResolveFuture<'a> {
        Box::pin(async move {
            let mut name = Name::from_ascii(name).map_err(|_| DnsError::NotFound)?;
            name.set_fqdn(true);
            let answer = self.resolver.lookup_ip(name).await.map_err(|error| classify(&error))?;
            // The chain of aliases is for people only; the addresses at its end decide.
            for record in answer.as_lookup().answers() {
                tracing::debug!(%record, "DNS answer");
            }
            let addresses: Vec<IpAddr> = answer.iter().take(MAX_ANSWERS + 1).collect();
            Ok(addresses)
        })
    }
}

fn classify(error: &NetError) -> DnsError {
    match error {
        NetError::Timeout => DnsError::Timeout,
        NetError::Dns(HickoryDnsError::NoRecordsFound(found)) => match found.response_code {
            ResponseCode::NXDomain => DnsError::NotFound,
            ResponseCode::NoError => DnsError::NoAnswers,
            _ => DnsError::ServerFailure,
        },
        _ => DnsError::ServerFailure,
    }
}
