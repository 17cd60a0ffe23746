//! Who the launcher is: never root, alone in its namespaces, and mighty only over them.

use std::fs;

use rustix::process::{DumpableBehavior, Gid, Uid, getegid, geteuid};
use rustix::thread::{CapabilitySet, CapabilitySets, UnshareFlags};

use super::{Identity, LaunchError, Step as _, kernel};

/// Uid and gid as seen inside the box.
const INSIDE: u32 = 1000;
/// What the zygotes need: mounting a call's folder and new namespaces, and the loopback interface of a tenant.
const KEPT: CapabilitySet = CapabilitySet::SYS_ADMIN.union(CapabilitySet::NET_ADMIN);

/// Gives up root for good. A sandbox whose kernel uid is 0 has no process limit and reads root's files.
pub(super) fn become_nobody(identity: Identity) -> Result<(), LaunchError> {
    if !geteuid().is_root() {
        return Ok(());
    }
    if identity.uid == 0 || identity.gid == 0 {
        return Err(std::io::Error::other("the sandbox user must not be root")).step("stop being root");
    }
    let (uid, gid) = (Uid::from_raw(identity.uid), Gid::from_raw(identity.gid));
    rustix::thread::set_thread_groups(&[]).step("leave root's groups")?;
    rustix::thread::set_thread_res_gid(gid, gid, gid).step("leave root's group")?;
    rustix::thread::set_thread_res_uid(uid, uid, uid).step("stop being root")?;
    // A change of user made /proc/self root's, where the maps of the namespace are written.
    rustix::process::set_dumpable_behavior(DumpableBehavior::Dumpable).step("own /proc/self again")
}

/// Fresh namespaces of every kind, in a user namespace that maps this one user.
pub(super) fn leave_namespaces() -> Result<(), LaunchError> {
    let (uid, gid) = (geteuid().as_raw(), getegid().as_raw());
    kernel::unshare(UnshareFlags::NEWUSER).step("create a user namespace")?;
    fs::write("/proc/self/setgroups", "deny").step("deny setgroups in the user namespace")?;
    fs::write("/proc/self/uid_map", format!("{INSIDE} {uid} 1")).step("map the user")?;
    fs::write("/proc/self/gid_map", format!("{INSIDE} {gid} 1")).step("map the group")?;
    let others = UnshareFlags::NEWNS
        | UnshareFlags::NEWPID
        | UnshareFlags::NEWNET
        | UnshareFlags::NEWIPC
        | UnshareFlags::NEWUTS
        | UnshareFlags::NEWCGROUP;
    kernel::unshare(others).step("create the other namespaces")
}

/// Drops every capability but the two kept, also for what is executed next, and the way to ever gain one.
pub(super) fn keep_only_the_box() -> Result<(), LaunchError> {
    for number in 0..64 {
        let capability = CapabilitySet::from_bits_retain(1 << number);
        if !KEPT.contains(capability)
            && matches!(rustix::thread::capability_is_in_bounding_set(capability), Ok(true))
        {
            rustix::thread::remove_capability_from_bounding_set(capability).step("bound capabilities")?;
        }
    }
    let sets = CapabilitySets { effective: KEPT, permitted: KEPT, inheritable: KEPT };
    rustix::thread::set_capabilities(None, sets).step("drop capabilities")?;
    for capability in KEPT.iter() {
        rustix::thread::configure_capability_in_ambient_set(capability, true)
            .step("keep two capabilities")?;
    }
    rustix::thread::set_no_new_privs(true).step("rule out new privileges")
}
