//! A binary that is only a launcher: the crate's tests start it where the server starts itself.

fn main() {
    hookswitch_sandbox::launch_if_asked();
}
