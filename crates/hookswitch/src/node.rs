//! Who this server is: an id in the data folder, which outlives restarts. The sessions of a server that was killed
//! are its own again when it comes back, long before their leases end.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use anyhow::Context as _;
use hookswitch_model::NodeId;

/// Held as long as the server runs, so that a second one on the same folder is somebody else.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) id: NodeId,
    _file: Option<File>,
}

impl Node {
    /// The id of this folder, made at the first start; a fresh one when another process is using it.
    pub(crate) fn open(data: &Path) -> anyhow::Result<Self> {
        let path = data.join("node");
        let context = || format!("the node's id in {}", path.display());
        let mut open = OpenOptions::new();
        let mut file =
            open.create(true).read(true).write(true).truncate(false).open(&path).with_context(context)?;
        if file.try_lock().is_err() {
            tracing::warn!(file = %path.display(), "another process uses this data folder: this one gets an id of its own");
            return Ok(Self { id: NodeId::generate(), _file: None });
        }
        let mut text = String::new();
        // What is no id, such as half of one, is replaced.
        let read = file.read_to_string(&mut text);
        if let (Ok(_), Ok(id)) = (read, text.trim().parse()) {
            return Ok(Self { id, _file: Some(file) });
        }
        let id = NodeId::generate();
        file.set_len(0).with_context(context)?;
        file.seek(SeekFrom::Start(0)).with_context(context)?;
        writeln!(file, "{id}").with_context(context)?;
        Ok(Self { id, _file: Some(file) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_keeps_its_id_for_one_process_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = Node::open(folder.path()).unwrap();
        let second = Node::open(folder.path()).unwrap();
        assert_ne!(first.id, second.id);
        let id = first.id;
        drop(first);
        assert_eq!(Node::open(folder.path()).unwrap().id, id);
        std::fs::write(folder.path().join("node"), "node_half").unwrap();
        let fresh = Node::open(folder.path()).unwrap();
        assert_ne!(fresh.id, id);
        let kept = fresh.id;
        drop(fresh);
        assert_eq!(Node::open(folder.path()).unwrap().id, kept);
    }
}
