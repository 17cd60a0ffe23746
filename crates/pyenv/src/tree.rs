//! A folder of unpacked wheels: measured, and rid of what would run by itself.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crate::error::{Failure, FailureKind};
use crate::interpreter::Interpreter;

/// Deepest folder.
const DEEPEST: usize = 40;
/// Modules that an interpreter looks for when it starts.
const AT_START: [&str; 2] = ["sitecustomize", "usercustomize"];

/// Size of a folder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) bytes: u64,
    pub(crate) files: u64,
}

/// Adds up a folder. What can't be read counts nothing.
pub(crate) fn measure(folder: &Path) -> Size {
    let mut size = Size::default();
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(about) = entry.metadata() else { continue };
            size.files += 1;
            if about.is_dir() && depth < DEEPEST {
                open.push((entry.path(), depth + 1));
            } else {
                size.bytes += about.blocks() * 512;
            }
        }
    }
    size
}

/// [`measure`], off the async threads.
pub(crate) async fn measured(folder: PathBuf) -> Size {
    tokio::task::spawn_blocking(move || measure(&folder)).await.unwrap_or_default()
}

/// What was found and done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Cleaned {
    /// Top-level modules that can be imported.
    pub(crate) modules: BTreeSet<String>,
    /// Taken out: start-up code, scripts, names of the standard library.
    pub(crate) left_out: Vec<String>,
}

/// Leaves only files that an import reads: no start-up code, no link, nothing in the way of the standard library.
/// Everybody may read them, nobody write. A wheel that replaces `sitecustomize` is refused as a whole.
pub(crate) fn clean(site: &Path, interpreter: &Interpreter) -> Result<Cleaned, Failure> {
    let mut cleaned = Cleaned::default();
    let read = Failure::at("look through the packages");
    for entry in fs::read_dir(site).map_err(read)? {
        let entry = entry.map_err(Failure::at("look through the packages"))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let module = name.split('.').next().unwrap_or_default();
        if AT_START.contains(&module) {
            return Err(Failure::new(FailureKind::Refused(format!("start-up code ({name})")), name));
        }
        let is_start_up = has_extension(&name, "pth");
        let is_script = name == "bin" || name == "Scripts" || name == "__pycache__" || name.starts_with('.');
        let in_the_way = !name.ends_with("-info") && interpreter.has_module(module);
        if is_start_up || is_script || in_the_way {
            remove(&entry.path()).map_err(Failure::at("take start-up code out"))?;
            if !name.starts_with(['.', '_']) {
                cleaned.left_out.push(name);
            }
        } else if is_module(&entry.path(), &name) {
            cleaned.modules.insert(module.to_owned());
        }
    }
    settle(site, 0)?;
    Ok(cleaned)
}

fn has_extension(name: &str, wanted: &str) -> bool {
    Path::new(name).extension().is_some_and(|it| it.eq_ignore_ascii_case(wanted))
}

fn is_module(path: &Path, name: &str) -> bool {
    has_extension(name, "py") || has_extension(name, "so") || (path.is_dir() && !name.contains('.'))
}

fn remove(path: &Path) -> io::Result<()> {
    if path.symlink_metadata()?.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

/// Readable for everybody, whatever the umask; only folders and plain files.
fn settle(folder: &Path, depth: usize) -> Result<(), Failure> {
    let refused = |what: &str, path: &Path| {
        Failure::new(FailureKind::Refused(what.to_owned()), path.display().to_string())
    };
    if depth > DEEPEST {
        return Err(refused("folders without end", folder));
    }
    let step = "settle the packages";
    fs::set_permissions(folder, Permissions::from_mode(0o755)).map_err(Failure::at(step))?;
    for entry in fs::read_dir(folder).map_err(Failure::at(step))? {
        let entry = entry.map_err(Failure::at(step))?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(Failure::at(step))?);
        if kind.is_dir() {
            settle(&path, depth + 1)?;
        } else if kind.is_file() {
            fs::set_permissions(&path, Permissions::from_mode(0o644)).map_err(Failure::at(step))?;
        } else {
            return Err(refused("a link", &path));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn interpreter() -> Interpreter {
        Interpreter::ask(Path::new("/usr/bin/python3")).await.unwrap()
    }

    fn site(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x = 1\n").unwrap();
        }
        folder
    }

    #[tokio::test]
    async fn what_runs_by_itself_or_stands_in_the_way_is_taken_out() {
        let site = site(&[
            "good/__init__.py",
            "single.py",
            "fast.cpython-311-x86_64-linux-gnu.so",
            "good-1.dist-info/RECORD",
            "evil.pth",
            "Evil2.PTH",
            "bin/run",
            "json.py",
            "decimal/__init__.py",
            ".lock",
            "good/kept.pth",
        ]);
        let cleaned = clean(site.path(), &interpreter().await).unwrap();
        assert_eq!(
            cleaned.modules.iter().map(String::as_str).collect::<Vec<_>>(),
            ["fast", "good", "single"]
        );
        let mut out = cleaned.left_out;
        out.sort();
        assert_eq!(out, ["Evil2.PTH", "bin", "decimal", "evil.pth", "json.py"]);
        for gone in ["evil.pth", "Evil2.PTH", "bin", "json.py", "decimal", ".lock"] {
            assert!(!site.path().join(gone).exists(), "{gone}");
        }
        assert!(site.path().join("good/kept.pth").exists());
    }

    #[tokio::test]
    async fn start_up_modules_and_links_are_refused() {
        let interpreter = interpreter().await;
        for file in ["sitecustomize.py", "usercustomize/__init__.py", "sitecustomize.cpython-311.so"] {
            let failure = clean(site(&[file]).path(), &interpreter).unwrap_err();
            assert!(failure.to_string().contains("start-up code"), "{failure}");
        }
        let folder = site(&["a/b.py"]);
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("a/link.py")).unwrap();
        let failure = clean(folder.path(), &interpreter).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Refused("a link".to_owned()));
    }

    #[test]
    fn sizes_add_up() {
        let folder = site(&["a/b/c.py", "d.py"]);
        let size = measure(folder.path());
        assert_eq!(size.files, 4);
        assert!(size.bytes >= 1024);
        assert_eq!(measure(Path::new("/does/not/exist")), Size::default());
    }
}
