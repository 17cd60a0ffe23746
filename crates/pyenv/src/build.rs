//! Making one environment: resolve, unpack, clean, compile, rename.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use aws_lc_rs::rand::{SecureRandom as _, SystemRandom};
use hookswitch_sandbox::SetName;

use crate::error::{Failure, FailureKind};
use crate::folder::{About, Folder, Found};
use crate::interpreter::Interpreter;
use crate::key::EnvironmentKey;
use crate::lock::Lock;
use crate::settings::PyenvSettings;
use crate::tree;
use crate::uv::{Bounds, Uv, run};
use crate::wanted::Wanted;

/// Longest compiling; what is not compiled then is compiled by each call.
const COMPILING: Duration = Duration::from_mins(3);
/// Memory of the compiler, bytes.
const COMPILER: u64 = 2 << 30;

/// What is to be made.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) key: EnvironmentKey,
    /// First word of the set's name: `own`, `web`, `data`.
    pub(crate) prefix: &'static str,
    pub(crate) wanted: Wanted,
    /// From an earlier build, or committed.
    pub(crate) lock: Option<Lock>,
}

/// Makes an environment, or takes the one that somebody else has made meanwhile.
pub(crate) async fn build(
    order: &Order,
    settings: &PyenvSettings,
    interpreter: &Interpreter,
    folder: &Folder,
    uv: &Uv,
) -> Result<Found, Failure> {
    let _alone = alone(folder.clone(), order.key).await?;
    if let Some(found) = folder.of_key(order.key) {
        return Ok(found);
    }
    let name = name(order)?;
    let place = folder.begin(&name).map_err(Failure::at("make a folder to build in"))?;
    let made = make(order, settings, interpreter, folder, uv, &place, &name).await;
    if made.is_err() {
        let place = place.clone();
        let _ = tokio::task::spawn_blocking(move || std::fs::remove_dir_all(place)).await;
    }
    made
}

async fn make(
    order: &Order,
    settings: &PyenvSettings,
    interpreter: &Interpreter,
    folder: &Folder,
    uv: &Uv,
    place: &Path,
    name: &SetName,
) -> Result<Found, Failure> {
    let lock = match &order.lock {
        Some(lock) => lock.clone(),
        None => uv.resolve(&order.wanted, interpreter, before(settings).as_deref(), place).await?,
    };
    uv.install(&lock, interpreter, place, settings.largest).await?;
    let site = place.join("site");
    let (looked_through, python) = (site.clone(), interpreter.clone());
    let cleaned = tokio::task::spawn_blocking(move || tree::clean(&looked_through, &python))
        .await
        .map_err(|error| Failure::new(FailureKind::Other, error.to_string()))??;
    compile(interpreter, place, &folder.site(name)).await;
    let size = tree::measured(site).await;
    let about = About {
        key: order.key.to_string(),
        lock: lock.to_string(),
        modules: cleaned.modules.into_iter().collect(),
        left_out: cleaned.left_out,
        bytes: size.bytes,
    };
    folder.finish(place, name, &about).map_err(Failure::at("put the environment in its place"))?;
    Ok(Found { name: name.clone(), about, used: SystemTime::now() })
}

/// `own-` and enough of the key to be alone, then something new: what a running zygote has in its box stays what it
/// is when an environment goes and comes again.
fn name(order: &Order) -> Result<SetName, Failure> {
    let mut fresh = [0; 4];
    let failed = || Failure::new(FailureKind::Other, "no randomness, or no name".to_owned());
    SystemRandom::new().fill(&mut fresh).map_err(|_| failed())?;
    let key = order.key.to_string();
    SetName::parse(&format!("{}-{}-{}", order.prefix, &key[..24], hex::encode(fresh))).ok_or_else(failed)
}

async fn alone(folder: Folder, key: EnvironmentKey) -> Result<File, Failure> {
    tokio::task::spawn_blocking(move || folder.lock(key))
        .await
        .map_err(|error| Failure::new(FailureKind::Other, error.to_string()))?
        .map_err(Failure::at("lock the build"))
}

/// The moment after which nothing is taken. Other indexes than the public one seldom tell when a file came.
fn before(settings: &PyenvSettings) -> Option<String> {
    let counts = settings.index.is_public() && !settings.cooldown.is_zero();
    let moment = jiff::Timestamp::now().checked_sub(settings.cooldown).ok().filter(|_| counts)?;
    Some(moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Writes bytecode, without which every import in the read-only folder would compile. The compiler reads sources and
/// runs none; `-S` keeps it from looking for start-up code.
async fn compile(interpreter: &Interpreter, place: &Path, target: &Path) {
    let site: PathBuf = place.join("site");
    let mut arguments: Vec<_> =
        ["-I", "-S", "-m", "compileall", "-q", "-q", "-j", "1", "-s"].map(Into::into).to_vec();
    // Tracebacks name the place where it will be.
    arguments.extend([site.clone().into(), "-p".into(), target.into(), site.into()]);
    let bounds = Bounds { time: COMPILING, memory: Some(COMPILER), ..Bounds::default() };
    match run(&interpreter.executable, &arguments, &[], place, &bounds).await {
        // Sources for other Pythons lie in many packages and do not compile; nobody imports them.
        Ok(_) => {}
        Err(failure) => tracing::warn!(detail = failure.detail, "bytecode was not written"),
    }
}
