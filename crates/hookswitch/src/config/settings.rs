//! The settings and their defaults.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use hookswitch_egress::{AllowEntry, DEFAULT_PORTS, InsecureTls, Nat64, PlainHttp, PolicySettings};
use hookswitch_model::Dialect;
use hookswitch_server::{Calls, RateLimits};
use hookswitch_store::DatabaseUrl;
use secrecy::SecretString;

use super::aws::{self, AwsConfig};
use super::mount::MountSetting;
use super::origin::{Given, Origin};
use super::packages::{self, PackagesConfig};
use super::python::{self, PythonConfig};
use super::telephony::{self, TelephonyConfig};
use super::{ConfigError, parse};

/// All settings that a file may name. `HOOKSWITCH_` and the name in capitals is its variable.
pub(super) const NAMES: &[&str] = &[
    "listen",
    "data",
    "database_url",
    "mount",
    "public_url",
    "tls_cert",
    "tls_key",
    "allow_egress",
    "egress_ports",
    "https_only",
    "nat64",
    "insecure_tls",
    "master_key_file",
    "log",
    "log_format",
    "dev",
    "max_connections",
    "call_ceiling",
    "pyai_ceiling",
    "listen_on",
    "link_grace",
    "session_idle",
    "session_longest",
    "drain",
    "keep_payloads",
    "keep_rows",
    "otlp_endpoint",
    "extra_roots",
    "calls_per_tool",
    "aws_identity",
    "aws_lambda_endpoint",
    "aws_sts_endpoint",
    "calls",
    "sip",
    "call_engine_url",
    "call_destinations",
    "python",
    "python_interpreter",
    "python_user",
    "python_ceiling",
    "python_memory_mb",
    "python_calls_per_org",
    "python_spares",
    "python_packages",
    "python_packages_mb",
    "python_index",
    "python_uv",
    "python_cooldown",
    "rate_limits",
    "event_retry_for",
    "event_disable_after",
];

/// Flags of `hookswitch serve`.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct ServeFlags {
    /// Configuration file (TOML); also HOOKSWITCH_CONFIG.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<String>,
    /// Address to listen on; port 0 takes a free one. [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<String>,
    /// Folder of the database and the master key. [default: hookswitch-data]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<String>,
    /// Gives a dialect (pyai, burki, phonic, bland) a host name or a port of its own, beside its prefix:
    /// `bland=tools.example.com`, `bland=127.0.0.1:9001`. May be repeated.
    #[arg(long, value_name = "DIALECT=PLACE")]
    pub(crate) mount: Vec<String>,
    /// How we are seen from outside, as in `https://tools.example.com`.
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Certificate chain (PEM), for TLS.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<String>,
    /// Private key (PEM), for TLS.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<String>,
    /// Opens the way out to a private host: `host[:port]`, `address[:port]` or `network[:port]`. May be repeated.
    #[arg(long, value_name = "ENTRY")]
    pub(crate) allow_egress: Vec<String>,
    /// What is logged: error, warn, info, debug, trace, or a filter. [default: info]
    #[arg(long, value_name = "FILTER")]
    pub(crate) log: Option<String>,
    /// How logs look: text or json. [default: text on a terminal, else json]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) log_format: Option<String>,
    /// Development: prints a fresh admin key at the first start.
    #[arg(long)]
    pub(crate) dev: bool,
}

/// How logs look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Everything `serve` needs, typed.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) data: PathBuf,
    pub(crate) mounts: Vec<MountSetting>,
    pub(crate) database_url: DatabaseUrl,
    pub(crate) public_url: Option<String>,
    pub(crate) tls: Option<(PathBuf, PathBuf)>,
    pub(crate) egress: PolicySettings,
    pub(crate) extra_roots: Option<PathBuf>,
    pub(crate) master_key_file: PathBuf,
    pub(crate) master_key: Option<SecretString>,
    pub(crate) bootstrap_key: Option<SecretString>,
    pub(crate) log: String,
    pub(crate) log_format: Option<LogFormat>,
    pub(crate) dev: bool,
    pub(crate) max_connections: usize,
    pub(crate) engine: hookswitch_engine::EngineSettings,
    pub(crate) keep_payloads: Duration,
    pub(crate) keep_rows: Duration,
    pub(crate) otlp_endpoint: Option<String>,
    pub(crate) calls: Calls,
    pub(crate) telephony: TelephonyConfig,
    pub(crate) python: PythonConfig,
    pub(crate) aws: AwsConfig,
    pub(crate) packages: PackagesConfig,
    pub(crate) rate_limits: RateLimits,
    pub(crate) courier: hookswitch_courier::Settings,
}

pub(super) fn file_path(flags: &ServeFlags, environment: &[(String, String)]) -> Option<String> {
    let variable = environment.iter().find(|(name, _)| name == "HOOKSWITCH_CONFIG");
    flags.config.clone().or_else(|| variable.map(|(_, path)| path.clone()))
}

pub(super) fn environment_into(environment: &[(String, String)], given: &mut Given) {
    let secrets = ["master_key", "bootstrap_key", "call_engine_secret"];
    for (variable, text) in environment {
        let Some(name) = variable.strip_prefix("HOOKSWITCH_").map(str::to_ascii_lowercase) else { continue };
        let known = NAMES.iter().chain(&secrets).find(|known| **known == name);
        if let Some(known) = known {
            given.set(known, vec![text.clone()], Origin::Variable(variable.clone()));
        }
    }
}

pub(super) fn flags_into(flags: &ServeFlags, given: &mut Given) {
    let texts: [(&'static str, &'static str, &Option<String>); 7] = [
        ("listen", "--listen", &flags.listen),
        ("data", "--data", &flags.data),
        ("public_url", "--public-url", &flags.public_url),
        ("tls_cert", "--tls-cert", &flags.tls_cert),
        ("tls_key", "--tls-key", &flags.tls_key),
        ("log", "--log", &flags.log),
        ("log_format", "--log-format", &flags.log_format),
    ];
    for (name, flag, text) in texts {
        if let Some(text) = text {
            given.set(name, vec![text.clone()], Origin::Flag(flag));
        }
    }
    if !flags.allow_egress.is_empty() {
        given.set("allow_egress", flags.allow_egress.clone(), Origin::Flag("--allow-egress"));
    }
    if !flags.mount.is_empty() {
        given.set("mount", flags.mount.clone(), Origin::Flag("--mount"));
    }
    if flags.dev {
        given.set("dev", vec!["true".to_owned()], Origin::Flag("--dev"));
    }
}

pub(super) fn build(given: &Given, environment: &[(String, String)]) -> Result<Config, ConfigError> {
    let data = PathBuf::from(parse::text(given, "data")?.unwrap_or_else(|| "hookswitch-data".to_owned()));
    let listen = parse::optional(given, "listen", "an address such as 127.0.0.1:8080")?
        .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)));
    let database_url = database_url(given, &data)?;
    let tls = match (parse::text(given, "tls_cert")?, parse::text(given, "tls_key")?) {
        (Some(cert), Some(key)) => Some((PathBuf::from(cert), PathBuf::from(key))),
        (None, None) => None,
        _ => return Err(ConfigError::Conflict("`tls_cert` and `tls_key` come together".to_owned())),
    };
    let mut engine = hookswitch_engine::EngineSettings::default();
    engine.ceiling = parse::span(given, "call_ceiling", engine.ceiling)?;
    if let Some(ceiling) = engine.dialect_ceilings.get_mut(&Dialect::Pyai) {
        *ceiling = parse::span(given, "pyai_ceiling", *ceiling)?;
    }
    engine.listen_on = parse::span(given, "listen_on", engine.listen_on)?;
    engine.link_grace = parse::span(given, "link_grace", engine.link_grace)?;
    engine.session_idle = parse::span(given, "session_idle", engine.session_idle)?;
    engine.session_longest = parse::span(given, "session_longest", engine.session_longest)?;
    engine.drain = parse::span(given, "drain", engine.drain)?;
    let per_tool = parse::optional(given, "calls_per_tool", "a number")?;
    engine.calls_per_tool = per_tool.unwrap_or(engine.calls_per_tool).max(1);
    engine.python_ceiling = parse::span(given, "python_ceiling", engine.python_ceiling)?;
    Ok(Config {
        listen,
        database_url,
        mounts: parse::list::<MountSetting>(given, "mount")?,
        public_url: public_url(given)?,
        tls,
        egress: egress(given)?,
        extra_roots: parse::text(given, "extra_roots")?.map(PathBuf::from),
        master_key_file: parse::text(given, "master_key_file")?
            .map_or_else(|| data.join("master.key"), PathBuf::from),
        master_key: parse::text(given, "master_key")?.filter(|key| !key.is_empty()).map(SecretString::from),
        bootstrap_key: parse::text(given, "bootstrap_key")?
            .filter(|key| !key.is_empty())
            .map(SecretString::from),
        log: parse::text(given, "log")?.unwrap_or_else(|| "info".to_owned()),
        log_format: log_format(given)?,
        dev: parse::truth(given, "dev")?,
        max_connections: parse::optional(given, "max_connections", "a number")?.unwrap_or(10_000),
        engine,
        keep_payloads: parse::span(given, "keep_payloads", days(30))?,
        keep_rows: parse::span(given, "keep_rows", days(400))?,
        otlp_endpoint: parse::text(given, "otlp_endpoint")?.filter(|url| !url.is_empty()),
        calls: calls(given)?,
        telephony: telephony::build(given)?,
        python: python::build(given)?,
        aws: aws::build(given, environment)?,
        packages: packages::build(given, environment)?,
        rate_limits: rate_limits(given)?,
        courier: courier(given)?,
        data,
    })
}

const fn days(number: u64) -> Duration {
    Duration::from_secs(number * 86_400)
}

fn database_url(given: &Given, data: &std::path::Path) -> Result<DatabaseUrl, ConfigError> {
    match given.get("database_url") {
        None => Ok(DatabaseUrl::sqlite(data.join("hookswitch.db"))),
        Some(value) => {
            let text = parse::text(given, "database_url")?.unwrap_or_default();
            DatabaseUrl::parse(&text)
                .map_err(|error| parse::invalid("database_url", value, error.to_string()))
        }
    }
}

fn public_url(given: &Given) -> Result<Option<String>, ConfigError> {
    let Some(text) = parse::text(given, "public_url")? else { return Ok(None) };
    let is_url = text.starts_with("http://") || text.starts_with("https://");
    match given.get("public_url") {
        Some(value) if !is_url => {
            Err(parse::invalid("public_url", value, "a URL such as https://tools.example.com".to_owned()))
        }
        _ => Ok(Some(text.trim_end_matches('/').to_owned())),
    }
}

fn egress(given: &Given) -> Result<PolicySettings, ConfigError> {
    let ports = parse::list::<u16>(given, "egress_ports")?;
    let nat64 = if parse::truth(given, "nat64")? { Nat64::Carried } else { Nat64::Refused };
    Ok(PolicySettings {
        allow_egress: parse::list::<AllowEntry>(given, "allow_egress")?,
        ports: if ports.is_empty() { DEFAULT_PORTS.to_vec() } else { ports },
        plain_http: if parse::truth(given, "https_only")? { PlainHttp::Refused } else { PlainHttp::Accepted },
        nat64,
        insecure_tls: if parse::truth(given, "insecure_tls")? {
            InsecureTls::Allowed
        } else {
            InsecureTls::Refused
        },
        own_listeners: Vec::new(),
    })
}

/// What becomes of a call that somebody asks for: there is no call engine yet.
fn calls(given: &Given) -> Result<Calls, ConfigError> {
    match (parse::text(given, "calls")?.as_deref(), given.get("calls")) {
        (Some("simulate"), _) => Ok(Calls::Simulate),
        (Some(text), Some(value)) if text != "none" => {
            Err(parse::invalid("calls", value, "none or simulate".to_owned()))
        }
        _ => Ok(Calls::None),
    }
}

/// How long events are tried to be delivered.
fn courier(given: &Given) -> Result<hookswitch_courier::Settings, ConfigError> {
    let usual = hookswitch_courier::Settings::default();
    Ok(hookswitch_courier::Settings {
        retry_for: parse::span(given, "event_retry_for", usual.retry_for)?,
        disable_after: parse::span(given, "event_disable_after", usual.disable_after)?,
        ..usual
    })
}

/// The limits that are set, over the defaults.
fn rate_limits(given: &Given) -> Result<RateLimits, ConfigError> {
    let mut limits = RateLimits::default();
    for text in parse::list::<String>(given, "rate_limits")? {
        if let (Err(message), Some(value)) = (limits.set(&text), given.get("rate_limits")) {
            return Err(parse::invalid("rate_limits", value, message));
        }
    }
    Ok(limits)
}

fn log_format(given: &Given) -> Result<Option<LogFormat>, ConfigError> {
    match (parse::text(given, "log_format")?.as_deref(), given.get("log_format")) {
        (Some("text"), _) => Ok(Some(LogFormat::Text)),
        (Some("json"), _) => Ok(Some(LogFormat::Json)),
        (Some(_), Some(value)) => Err(parse::invalid("log_format", value, "text or json".to_owned())),
        _ => Ok(None),
    }
}
