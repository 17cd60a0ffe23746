//! AWS Lambda: `cargo lambda watch` with a real function, `moto` with IAM's checks on, botocore's signer.

mod emulators;
mod functions;
mod identity;
mod signatures;
mod signing;
mod stand;
