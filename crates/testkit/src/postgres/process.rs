//! The server process. It refuses to run as root, so root starts it as another user.

use std::{
    fs,
    io::Read as _,
    net::TcpListener,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};

use super::Binaries;

const START_WITHIN: Duration = Duration::from_mins(1);
const TRIES: usize = 3;

/// A running `postgres`, stopped by its id on drop.
pub(super) struct Process {
    id: u32,
    /// Dropping it tells the keeper thread to stop the server.
    stop: Option<mpsc::SyncSender<()>>,
    keeper: Option<thread::JoinHandle<()>>,
}

/// User and group to run as; `None` when we are not root.
struct Owner {
    uid: u32,
    gid: u32,
}

impl Process {
    /// Makes the data directory and starts the server; gives its URL.
    pub(super) fn start(binaries: &Binaries, directory: &Path) -> Result<(Self, String)> {
        let owner = Owner::needed(directory)?;
        if let Some(owner) = &owner {
            chown(directory, Some(owner.uid), Some(owner.gid))?;
        }
        let (data, password) = (directory.join("data"), random_hex(16)?);
        let password_file = directory.join("password");
        fs::write(&password_file, &password)?;
        fs::set_permissions(&password_file, fs::Permissions::from_mode(0o600))?;
        if let Some(owner) = &owner {
            chown(&password_file, Some(owner.uid), Some(owner.gid))?;
        }
        let made = command(owner.as_ref(), &binaries.initdb)
            .args([
                "--no-sync",
                "--encoding=UTF8",
                "--locale=C",
                "--auth=scram-sha-256",
                "--username=postgres",
            ])
            .arg(format!("--pwfile={}", password_file.display()))
            .arg(format!("--pgdata={}", data.display()))
            .current_dir(directory)
            .output()
            .context("initdb")?;
        ensure!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        // Between choosing a free port and listening on it, another process may take it.
        let mut last_error = None;
        for _ in 0..TRIES {
            let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
            match Self::spawn(binaries, owner.as_ref(), directory, port) {
                Ok(process) => {
                    return Ok((
                        process,
                        format!("postgres://postgres:{password}@127.0.0.1:{port}/postgres"),
                    ));
                }
                Err(error) => last_error = Some(error),
            }
        }
        Err(last_error.context("not started")?)
    }

    fn spawn(binaries: &Binaries, owner: Option<&Owner>, directory: &Path, port: u16) -> Result<Self> {
        let log = directory.join("log");
        let mut command = command(owner, &binaries.postgres);
        command
            .arg("-D")
            .arg(directory.join("data"))
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "fsync=on", "-c", "synchronous_commit=on"])
            .args(["-c", "max_connections=300"])
            .args(["-c", &format!("port={port}")])
            .args(["-c", &format!("unix_socket_directories={}", directory.display())])
            .current_dir(directory)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&log)?);
        // The parent-death signal belongs to the thread that spawned, and a test's thread ends with its test; so a
        // thread of its own spawns and keeps the server.
        let (stop, stopped) = mpsc::sync_channel(1);
        let (spawned, child_id) = mpsc::sync_channel(1);
        let keeper = thread::spawn(move || match command.spawn() {
            Err(error) => drop(spawned.send(Err(error))),
            Ok(mut child) => {
                drop(spawned.send(Ok(child.id())));
                let _ = stopped.recv();
                shut_down(&mut child);
            }
        });
        let id = child_id.recv()?.context("postgres")?;
        let process = Self { id, stop: Some(stop), keeper: Some(keeper) };
        process.wait_until_ready(directory, &log)?;
        Ok(process)
    }

    fn wait_until_ready(&self, directory: &Path, log: &Path) -> Result<()> {
        let started = Instant::now();
        let status_file = directory.join("data/postmaster.pid");
        while started.elapsed() < START_WITHIN {
            // The last line of the file says `ready`; the first is the process id.
            let status = fs::read_to_string(&status_file).unwrap_or_default();
            let ours = status.lines().next().is_some_and(|line| line.trim() == self.id.to_string());
            if ours && status.lines().last().is_some_and(|line| line.trim() == "ready") {
                return Ok(());
            }
            if !Path::new(&format!("/proc/{}/exe", self.id)).is_symlink() {
                bail!("postgres ended: {}", fs::read_to_string(log).unwrap_or_default());
            }
            thread::sleep(Duration::from_millis(10));
        }
        bail!("postgres is not ready: {}", fs::read_to_string(log).unwrap_or_default())
    }

    pub(super) fn id(&self) -> u32 {
        self.id
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(keeper) = self.keeper.take() {
            let _ = keeper.join();
        }
    }
}

/// SIGINT is PostgreSQL's fast shutdown.
fn shut_down(child: &mut Child) {
    let asked = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    if !asked.is_ok_and(|status| status.success()) {
        let _ = child.kill();
    }
    let _ = child.wait();
}

/// The program, as another user where needed, ended by SIGINT when this process dies.
fn command(owner: Option<&Owner>, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.arg("--pdeathsig=INT");
    if let Some(Owner { uid, gid }) = owner {
        command.args([format!("--reuid={uid}"), format!("--regid={gid}"), "--clear-groups".to_owned()]);
    }
    command.arg("--").arg(program);
    command
}

impl Owner {
    fn needed(directory: &Path) -> Result<Option<Self>> {
        // What we just made belongs to us.
        if fs::metadata(directory)?.uid() != 0 {
            return Ok(None);
        }
        let passwd = fs::read_to_string("/etc/passwd").context("/etc/passwd")?;
        let find = |user: &str| {
            let line = passwd.lines().find(|line| line.split(':').next() == Some(user))?;
            let mut fields = line.split(':').skip(2).map(str::parse);
            Some(Self { uid: fields.next()?.ok()?, gid: fields.next()?.ok()? })
        };
        find("postgres").or_else(|| find("nobody")).map(Some).context("no user postgres or nobody")
    }
}

pub(super) fn random_hex(bytes: usize) -> Result<String> {
    let mut random = vec![0; bytes];
    fs::File::open("/dev/urandom")?.read_exact(&mut random)?;
    Ok(random.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}")))
}
