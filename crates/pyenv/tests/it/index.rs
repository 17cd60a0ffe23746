//! A package index on a local port: simple pages with hashes, wheels and source distributions made on the spot.

use std::collections::HashMap;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What was asked for, and what there is to get.
#[derive(Debug, Default)]
struct Shelf {
    files: HashMap<String, Vec<u8>>,
    asked: Vec<String>,
}

/// A running index; its task ends with the test's runtime.
#[derive(Debug, Clone)]
pub(crate) struct Index {
    pub(crate) url: String,
    shelf: Arc<Mutex<Shelf>>,
    is_open: tokio::sync::watch::Sender<bool>,
}

impl Index {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/simple/", listener.local_addr().unwrap());
        let shelf = Arc::new(Mutex::new(Shelf::default()));
        let is_open = tokio::sync::watch::Sender::new(true);
        let index = Self { url, shelf: Arc::clone(&shelf), is_open: is_open.clone() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (shelf, mut is_open) = (Arc::clone(&shelf), is_open.subscribe());
                tokio::spawn(async move {
                    let _ = is_open.wait_for(|open| *open).await;
                    answer(stream, shelf).await;
                });
            }
        });
        index
    }

    /// Lets everybody wait from now on.
    pub(crate) fn hold(&self) {
        self.is_open.send_replace(false);
    }

    /// Answers again, also those who wait.
    pub(crate) fn release(&self) {
        self.is_open.send_replace(true);
    }

    /// Puts a wheel on the shelf, replacing one of its name.
    pub(crate) fn wheel(&self, name: &str, version: &str, files: &[(&str, &str)], needs: &[&str]) {
        let order =
            json!({"kind": "wheel", "name": name, "version": version, "files": files, "needs": needs});
        self.put(&format!("{name}-{version}-py3-none-any.whl"), archive(&order));
    }

    /// A source distribution whose `setup.py` is the given text.
    pub(crate) fn source(&self, name: &str, version: &str, setup: &str) {
        let order = json!({"kind": "sdist", "name": name, "version": version,
            "files": [["setup.py", setup], ["PKG-INFO", format!("Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")]]});
        self.put(&format!("{name}-{version}.tar.gz"), archive(&order));
    }

    fn put(&self, file: &str, bytes: Vec<u8>) {
        self.shelf.lock().files.insert(file.to_owned(), bytes);
    }

    /// How often a file was fetched.
    pub(crate) fn fetched(&self, part: &str) -> usize {
        let shelf = self.shelf.lock();
        shelf.asked.iter().filter(|path| path.starts_with("/files/") && path.contains(part)).count()
    }
}

fn archive(order: &serde_json::Value) -> Vec<u8> {
    let mut child = Command::new("/usr/bin/python3")
        .args(["-I", "-c", include_str!("archive.py")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(order.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    output.stdout
}

async fn answer(mut stream: TcpStream, shelf: Arc<Mutex<Shelf>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        if stream.read_exact(&mut byte).await.is_err() {
            return;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or("/").to_owned();
    let (status, kind, body) = {
        let mut shelf = shelf.lock();
        shelf.asked.push(path.clone());
        find(&shelf, &path)
    };
    let length = body.len();
    let top = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    let _ = stream.write_all(top.as_bytes()).await;
    if !head.starts_with("HEAD") {
        let _ = stream.write_all(&body).await;
    }
    let _ = stream.shutdown().await;
}

fn find(shelf: &Shelf, path: &str) -> (&'static str, &'static str, Vec<u8>) {
    let missing = ("404 Not Found", "text/plain", Vec::new());
    if let Some(file) = path.strip_prefix("/files/") {
        let found = shelf.files.get(file);
        return found.map_or(missing, |bytes| ("200 OK", "application/octet-stream", bytes.clone()));
    }
    let Some(name) = path.strip_prefix("/simple/").map(|name| name.trim_end_matches('/')) else {
        return missing;
    };
    let of_package = |file: &&String| file.replace('_', "-").starts_with(&format!("{name}-"));
    let mut files: Vec<&String> = shelf.files.keys().filter(of_package).collect();
    files.sort();
    if files.is_empty() {
        return missing;
    }
    let link = |file: &&String| {
        let digest = sha256(&shelf.files[*file]);
        format!("<a href=\"/files/{file}#sha256={digest}\">{file}</a>\n")
    };
    let links = files.iter().map(link).collect::<Vec<_>>().concat();
    ("200 OK", "text/html", format!("<!DOCTYPE html><html><body>{links}</body></html>").into_bytes())
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes))
}
