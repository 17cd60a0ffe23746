//! The checks. None of them changes anything.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use hookswitch_egress::{HickoryResolver, Resolver as _};
use hookswitch_executors::python::Runner;
use hookswitch_store::{DatabaseUrl, Store, StoreOptions};
use hookswitch_vault::KeyFile;

use super::{Finding, Verdict, packages};
use crate::config::{Config, PythonMode};

pub(super) async fn all(config: &Config) -> Vec<Finding> {
    vec![
        data_folder(config),
        database(config).await,
        master_key(config),
        listen(config).await,
        name_servers().await,
        certificates(),
        egress(config),
        aws(config),
        exposure(config),
        super::models::models(config).await,
        python(config).await,
        packages::check(config).await,
    ]
}

pub(super) fn works(what: &'static str, said: impl Into<String>) -> Finding {
    Finding { what, verdict: Verdict::Works, said: said.into(), hint: None }
}

pub(super) fn finding(
    what: &'static str,
    verdict: Verdict,
    said: impl Into<String>,
    hint: impl Into<String>,
) -> Finding {
    Finding { what, verdict, said: said.into(), hint: Some(hint.into()) }
}

fn data_folder(config: &Config) -> Finding {
    let path = &config.data;
    match std::fs::metadata(path) {
        Ok(folder) if !folder.is_dir() => finding(
            "data folder",
            Verdict::Missing,
            format!("{} is no folder", path.display()),
            "choose another with --data",
        ),
        Ok(folder) if folder.permissions().mode() & 0o077 != 0 => finding(
            "data folder",
            Verdict::Doubtful,
            format!("{} can be read by others", path.display()),
            format!("chmod 700 {}", path.display()),
        ),
        Ok(_) => works("data folder", path.display().to_string()),
        Err(_) => works("data folder", format!("{} will be made at the first start", path.display())),
    }
}

async fn database(config: &Config) -> Finding {
    let is_new_file = matches!(&config.database_url, DatabaseUrl::Sqlite(path) if !path.exists());
    if is_new_file {
        return works("database", format!("{:?} will be made at the first start", config.database_url));
    }
    match Store::open(&config.database_url, StoreOptions::default()).await {
        Ok(store) => {
            let said = format!("{:?}; commits are flushed: {:?}", config.database_url, store.durability());
            store.close().await;
            works("database", said)
        }
        Err(error) => finding(
            "database",
            Verdict::Missing,
            format!("{:?}: {error}", config.database_url),
            "a running server holds its SQLite file; for PostgreSQL check HOOKSWITCH_DATABASE_URL",
        ),
    }
}

fn master_key(config: &Config) -> Finding {
    if config.master_key.is_some() {
        return works("master key", "from the environment variable HOOKSWITCH_MASTER_KEY");
    }
    let path: &Path = &config.master_key_file;
    if !path.exists() {
        return works("master key", format!("{} will be made at the first start", path.display()));
    }
    match KeyFile::new(path).load() {
        Ok(keys) => works(
            "master key",
            format!("{}, {} key(s); keep a copy apart from the database", path.display(), keys.ids().len()),
        ),
        Err(error) => {
            finding("master key", Verdict::Missing, error.to_string(), "restore the file from its backup")
        }
    }
}

async fn listen(config: &Config) -> Finding {
    match tokio::net::TcpListener::bind(config.listen).await {
        Ok(_) => works("listen", config.listen.to_string()),
        Err(error) => {
            let said = format!("{}: {error}", config.listen);
            finding(
                "listen",
                Verdict::Doubtful,
                said,
                "a server may be running there; else choose another with --listen",
            )
        }
    }
}

async fn name_servers() -> Finding {
    let hint = "check /etc/resolv.conf; tools on address literals and allow-listed hosts work without";
    let resolver = match HickoryResolver::from_system() {
        Ok(resolver) => resolver,
        Err(error) => return finding("name servers", Verdict::Doubtful, error.to_string(), hint),
    };
    match resolver.lookup("example.com").await {
        Ok(answers) => works("name servers", format!("example.com has {} address(es)", answers.len())),
        Err(error) => finding("name servers", Verdict::Doubtful, error.to_string(), hint),
    }
}

fn certificates() -> Finding {
    let folders = ["/etc/ssl/certs", "/etc/pki/tls/certs", "/etc/ssl/cert.pem"];
    if folders.iter().any(|folder| Path::new(folder).exists()) {
        return works("certificates", "the system's certificate authorities are there");
    }
    let said = "no certificate authorities: https tools will be refused";
    finding("certificates", Verdict::Doubtful, said, "apt-get install ca-certificates")
}

fn egress(config: &Config) -> Finding {
    let entries: Vec<String> = config.egress.allow_egress.iter().map(ToString::to_string).collect();
    if entries.is_empty() {
        let said = "public addresses only";
        let hint = "tools on private hosts need an entry each: --allow-egress 10.1.2.3:8080";
        return Finding { hint: Some(hint.to_owned()), ..works("egress", said) };
    }
    works("egress", format!("public addresses, and {}", entries.join(", ")))
}

fn aws(config: &Config) -> Finding {
    if config.aws.identity.is_none() {
        return works(
            "aws identity",
            "off: Lambda tools need credentials of their own or of their organisation",
        );
    }
    let said = "on: whoever makes Lambda tools can invoke what the server's identity may invoke";
    finding("aws identity", Verdict::Doubtful, said, "give it a role for exactly those functions")
}

async fn python(config: &Config) -> Finding {
    if config.python.mode == PythonMode::Off {
        return works("python", "switched off: Python tools are refused");
    }
    match Runner::examine(crate::python::settings(config)).await {
        Ok(report) => {
            let said = format!("CPython {}, isolation {}", report.python, report.tier);
            let finding = works("python", said);
            let missing =
                (!report.missing.is_empty()).then(|| format!("missing: {}", report.missing.join("; ")));
            Finding { hint: missing, ..finding }
        }
        Err(error) => {
            let required = config.python.mode == PythonMode::Required;
            let verdict = if required { Verdict::Missing } else { Verdict::Doubtful };
            finding(
                "python",
                verdict,
                error.to_string(),
                "without it Python tools are refused; all else works",
            )
        }
    }
}

fn exposure(config: &Config) -> Finding {
    if config.listen.ip().is_loopback() || config.tls.is_some() {
        return works("exposure", "keys do not cross a network in clear");
    }
    let said = "keys would cross the network in clear";
    finding("exposure", Verdict::Doubtful, said, "give --tls-cert and --tls-key, or put a TLS proxy in front")
}
