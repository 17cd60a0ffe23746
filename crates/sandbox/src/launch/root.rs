//! The file system of the box: an empty tmpfs, what Python needs bound read-only into it, and nothing else. No
//! `/proc`, no `/sys`, five devices.

use std::fs::{self, DirBuilder, Permissions};
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::CWD;
use rustix::mount::{MountFlags, MountPropagationFlags, MoveMountFlags, OpenTreeFlags, UnmountFlags};

use super::{LaunchError, LaunchPlan, Step as _, kernel};
use crate::{driver, seccomp};

/// What the zygote executes.
pub(super) const MAIN: &str = "/hookswitch/main.py";
/// Any folder does: it is covered in this mount namespace alone.
const COVERED: &str = "/tmp";
const DEVICES: [&str; 5] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"];

/// Builds the box and moves into it.
pub(super) fn build(plan: &LaunchPlan) -> Result<(), LaunchError> {
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    rustix::mount::mount_change("/", private).step("make mounts private")?;
    for folder in &plan.zygote.import_paths {
        fs::metadata(folder).step("see a folder of the dependency set")?;
    }
    // Taken hold of before anything is covered: a dependency set may live below the covered folder.
    let shown = plan.shown.iter().map(|path| (path.as_path(), libc::MOUNT_ATTR_NODEV));
    let devices = DEVICES.iter().map(|path| (Path::new(path), libc::MOUNT_ATTR_NOEXEC));
    let trees: Vec<_> = shown
        .chain(devices)
        .filter(|(path, _)| path.exists())
        .map(|(path, attributes)| Ok((path, path.is_dir(), held(path, attributes)?)))
        .collect::<Result<_, LaunchError>>()?;
    let options = c"size=4m,nr_inodes=4096,mode=0755";
    rustix::mount::mount("box", COVERED, "tmpfs", MountFlags::NOSUID | MountFlags::NODEV, options)
        .step("mount the box")?;
    for (path, is_folder, tree) in trees {
        let target = inside(path);
        make_place(&target, is_folder).step("make a place to mount on")?;
        rustix::mount::move_mount(&tree, "", CWD, &target, MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH)
            .step("show a folder inside")?;
    }
    for (link, target) in &plan.links {
        symlink(target, inside(link)).step("link a folder inside")?;
    }
    write_driver(plan)?;
    enter()
}

/// A detached, read-only copy of what is mounted at `path` and below.
fn held(path: &Path, attributes: u64) -> Result<OwnedFd, LaunchError> {
    let flags =
        OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC | OpenTreeFlags::AT_RECURSIVE;
    let tree = rustix::mount::open_tree(CWD, path, flags).step("take hold of a folder to show")?;
    kernel::restrict_tree(tree.as_fd(), libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | attributes)
        .step("make a folder read-only")?;
    Ok(tree)
}

fn inside(path: &Path) -> PathBuf {
    Path::new(COVERED).join(path.strip_prefix("/").unwrap_or(path))
}

fn make_place(target: &Path, is_folder: bool) -> std::io::Result<()> {
    let folder = if is_folder { Some(target) } else { target.parent() };
    if let Some(folder) = folder {
        DirBuilder::new().recursive(true).mode(0o755).create(folder)?;
    }
    if is_folder { Ok(()) } else { fs::File::create(target).map(drop) }
}

/// The driver's source, the filters, and the folders of a call.
fn write_driver(plan: &LaunchPlan) -> Result<(), LaunchError> {
    let folder = inside(Path::new("/hookswitch"));
    let package = folder.join("_hookswitch");
    fs::create_dir_all(&package).step("make the driver's folder")?;
    for (name, source) in driver::FILES {
        fs::write(package.join(name), source).step("write the driver")?;
    }
    fs::write(folder.join("main.py"), driver::MAIN).step("write the driver")?;
    let text = serde_json::to_vec(&plan.zygote).map_err(std::io::Error::other).step("write the plan")?;
    fs::write(folder.join("plan.json"), text).step("write the plan")?;
    for (name, network) in [("offline", seccomp::Sockets::None), ("online", seccomp::Sockets::Tcp)] {
        let program = seccomp::program(network).map_err(std::io::Error::other).step("compile the filter")?;
        fs::write(folder.join(name).with_extension("bpf"), program).step("write the filter")?;
    }
    fs::create_dir_all(inside(Path::new("/tmp/call"))).step("make the call's folder")?;
    // Passed through, never listed.
    fs::set_permissions(inside(Path::new("/tmp")), Permissions::from_mode(0o111)).step("close /tmp")
}

fn enter() -> Result<(), LaunchError> {
    std::env::set_current_dir(COVERED).step("enter the box")?;
    rustix::process::pivot_root(".", ".").step("make the box the root")?;
    rustix::mount::unmount(".", UnmountFlags::DETACH).step("let go of the host's files")?;
    std::env::set_current_dir("/").step("enter the box")?;
    let flags = MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV;
    rustix::mount::mount_remount("/", flags, "").step("make the box read-only")
}
