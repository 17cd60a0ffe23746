//! What the zygotes give up as well: they mount and make namespaces, but need none of the kernel's other machinery.
//! It stays on in every call, below the call's own list.

use std::collections::BTreeMap;

use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};

use super::FilterError;

/// Denied with `EPERM`; foreign calling conventions kill.
pub(super) const DENIED: &[i64] = &[
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_open_by_handle_at,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
    libc::SYS_fanotify_init,
    libc::SYS_execveat,
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
];

/// Puts it on this process and all that come of it. Needs `no_new_privs`.
pub(crate) fn apply() -> Result<(), FilterError> {
    let program = program()?;
    seccompiler::apply_filter(&program).map_err(|_| FilterError::NotInstalled)
}

fn program() -> Result<BpfProgram, FilterError> {
    let processor: TargetArch =
        std::env::consts::ARCH.try_into().map_err(|_: seccompiler::BackendError| FilterError::Processor)?;
    let rules: BTreeMap<_, _> = DENIED.iter().map(|number| (*number, Vec::new())).collect();
    let denied = SeccompAction::Errno(libc::EPERM.cast_unsigned());
    Ok(SeccompFilter::new(rules, SeccompAction::Allow, denied, processor)?.try_into()?)
}
